import { sql } from 'kysely'
import type { Reader, Transaction } from '../storage/database.ts'
import type { EndReason } from './token.ts'
import { lockTokens } from './token-store.ts'

/** A token that another one of its account has made, by itself or by way of others. Instants are epoch milliseconds. */
export interface MadeToken {
  readonly id: string
  readonly name: string
  readonly accountId: string
  /** The one of the tokens asked about that it comes from. */
  readonly origin: string
  readonly revokedAt: number | null
  readonly endReason: EndReason | null
}

/** What these tokens have made for their own account, and what that has made, in any state. */
export async function readMadeBy(db: Reader, ids: readonly string[]): Promise<readonly MadeToken[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<MadeToken>`
    WITH RECURSIVE made (id, account_id, origin) AS (
      SELECT token.id, token.account_id, maker.id FROM token AS maker
        JOIN token ON token.made_with = maker.id AND token.account_id = maker.account_id
        WHERE maker.id IN (${sql.join(ids)})
      UNION
      SELECT token.id, token.account_id, made.origin FROM made
        JOIN token ON token.made_with = made.id AND token.account_id = made.account_id
    )
    SELECT token.id, token.name, token.account_id AS "accountId", min(made.origin) AS origin,
      token.revoked_at AS "revokedAt", token.end_reason AS "endReason"
    FROM made JOIN token ON token.id = made.id
    GROUP BY token.id, token.name, token.account_id, token.revoked_at, token.end_reason
    ORDER BY token.id`.execute(db)
  return rows
}

/**
 * Holds a token, and the tokens that it comes from, until the transaction ends. A revocation of one of these holds it, and
 * then waits for those that it has made: a rotation that held only its own would wait for that one in turn.
 */
export async function lockWithMakers(trx: Transaction, id: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    WITH RECURSIVE maker (id, account_id, made_with) AS (
      SELECT id, account_id, made_with FROM token WHERE id = ${id}
      UNION
      SELECT token.id, token.account_id, token.made_with FROM maker
        JOIN token ON token.id = maker.made_with AND token.account_id = maker.account_id
    )
    SELECT id FROM maker`.execute(trx)
  await lockTokens(trx, [id, ...rows.map((row) => row.id)])
}
