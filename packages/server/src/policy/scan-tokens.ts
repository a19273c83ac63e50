import { setImmediate } from 'node:timers/promises'
import type { Reader } from '../storage/database.ts'

/** A token that is accepted now, as the policy looks at it, with whose it is. */
export interface ScannedToken {
  readonly id: string
  readonly kind: 'pat' | 'service'
  readonly name: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly lastUsedAddress: string | null
  readonly owner: {
    readonly id: string
    readonly kind: 'member' | 'service'
    readonly username: string
    readonly displayName: string
  }
}

/** Tokens a step: a few milliseconds of reading, and as many of writing if all of them end. */
const STEP = 500

/**
 * Every token that is accepted now, in the order of ids, step by step: whatever else the process does goes on between
 * two steps, so a million tokens hold nobody up.
 */
export async function* scanTokens(db: Reader, now: number): AsyncGenerator<readonly ScannedToken[]> {
  let after = ''
  for (;;) {
    const rows = await select(db, (tokens) => tokens.where('id', '>', after).orderBy('id').limit(STEP))
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.filter((row) => isAccepted(row, now)).map(toScanned)
    after = last.id
    await setImmediate()
  }
}

/** Those of these tokens that are accepted now. */
export async function scanThese(db: Reader, ids: readonly string[], now: number): Promise<ScannedToken[]> {
  const rows = await select(db, (tokens) => tokens.where('id', 'in', ids))
  return rows.filter((row) => isAccepted(row, now)).map(toScanned)
}

const tokens = (db: Reader) =>
  db.selectFrom('token').select(['id', 'kind', 'account_id', 'name', 'created_at', 'expires_at', 'revoked_at'])

/** The step is taken first: the rows that are joined are only those of the step. */
function select(db: Reader, some: (query: ReturnType<typeof tokens>) => ReturnType<typeof tokens>) {
  return db
    .selectFrom(some(tokens(db)).as('token'))
    .innerJoin('account', 'account.id', 'token.account_id')
    .leftJoin('token_usage', 'token_usage.token_id', 'token.id')
    .select([
      'token.id',
      'token.kind',
      'token.account_id',
      'token.name',
      'token.created_at',
      'token.expires_at',
      'token.revoked_at',
      'token_usage.last_used_at',
      'token_usage.last_used_address',
      'account.kind as owner_kind',
      'account.username',
      'account.display_name',
    ])
    .orderBy('token.id')
    .execute()
}

type Row = Awaited<ReturnType<typeof select>>[number]

function isAccepted({ revoked_at, expires_at }: Row, now: number): boolean {
  return revoked_at === null && (expires_at === null || expires_at > now)
}

function toScanned(row: Row): ScannedToken {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedAddress: row.last_used_address,
    owner: { id: row.account_id, kind: row.owner_kind, username: row.username, displayName: row.display_name },
  }
}
