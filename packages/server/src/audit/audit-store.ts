import type { Reader } from '../storage/database.ts'

/** A page of audit events, newest first, from before the event `before`. */
export async function listAuditEvents(
  db: Reader,
  { before, limit }: { readonly before: number | undefined; readonly limit: number },
) {
  let query = db
    .selectFrom('audit_event')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (before !== undefined) query = query.where('id', '<', before)
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  return {
    items: page.map((row) => ({
      id: row.id,
      at: row.at,
      action: row.action,
      outcome: row.outcome,
      actor:
        row.actor_account_id === null ? null : { accountId: row.actor_account_id, username: row.actor_username ?? '' },
      credential: { type: row.credential, id: row.credential_id },
      address: row.address,
      requestId: row.request_id,
      target: row.target_type === null ? null : { type: row.target_type, id: row.target_id ?? '' },
      detail: JSON.parse(row.detail) as Record<string, unknown>,
    })),
    next: rows.length > limit ? page.at(-1)?.id : undefined,
  }
}
