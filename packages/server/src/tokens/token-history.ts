import type { Reader } from '../storage/database.ts'

/** What happened to a token itself: made, changed, replaced, revoked. */
export interface TokenEvent {
  readonly id: number
  readonly at: number
  readonly action: string
  readonly actor: { readonly accountId: string; readonly username: string } | null
  readonly address: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

/** A page of what happened to a token, the latest first, from before the event `before`. */
export async function listTokenEvents(
  db: Reader,
  { tokenId, before, limit }: { readonly tokenId: string; readonly before: number | undefined; readonly limit: number },
): Promise<{ items: TokenEvent[]; next: number | undefined }> {
  let query = db
    .selectFrom('audit_event')
    .select(['id', 'at', 'action', 'actor_account_id', 'actor_username', 'address', 'detail'])
    .where('target_type', '=', 'token')
    .where('target_id', '=', tokenId)
    .where('outcome', '=', 'done')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (before !== undefined) query = query.where('id', '<', before)
  const rows = await query.execute()
  const items = rows.slice(0, limit).map((row) => ({
    id: row.id,
    at: row.at,
    action: row.action,
    actor:
      row.actor_account_id === null ? null : { accountId: row.actor_account_id, username: row.actor_username ?? '' },
    address: row.address,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }))
  return { items, next: rows.length > limit ? items.at(-1)?.id : undefined }
}
