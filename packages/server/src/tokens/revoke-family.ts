import { type Context, recordAudits, type SystemContext } from '../audit/audit.ts'
import type { Transaction } from '../storage/database.ts'
import { type MadeToken, readMadeBy } from './made-tokens.ts'
import { type Ended, revokeWithPredecessor, setSeveralRevoked } from './token-store.ts'

/** What a revocation has ended. */
export interface Revocation {
  /** Those that it named. */
  readonly revoked: readonly Ended[]
  /** Those that these had made for their own account, by rotating themselves. */
  readonly successors: readonly MadeToken[]
}

/**
 * Revokes tokens and what they have made for their own account, and records all of it. A trigger of the database ends what
 * they have made (docs/decisions/0024). A token that was revoked before is passed over, but what it has made ends all the
 * same: it may have ended by a rotation.
 */
export async function revokeFamily(
  trx: Transaction,
  context: Context,
  by: string,
  ids: readonly string[],
): Promise<Revocation> {
  const revoked = await setSeveralRevoked(trx, ids, by, context.now)
  if (revoked.length < ids.length) await revokeMadeBy(trx, ids, by, context.now)
  const successors = await recordSuccessors(trx, context, ids, context.now)
  const madeBy = Map.groupBy(successors, ({ origin }) => origin)
  await recordAudits(
    trx,
    context,
    revoked.map(({ id, name, accountId }) => {
      const made = madeBy.get(id)?.map((successor) => successor.id)
      const detail = { name, ownerId: accountId, ...(made && { successors: made }) }
      return { action: 'token.revoked', target: { type: 'token', id }, detail }
    }),
  )
  return { revoked, successors }
}

/** Records what has ended with these tokens at `now`, in the transaction that ended them. Returns it. */
export async function recordSuccessors(
  trx: Transaction,
  context: Context | SystemContext,
  ids: readonly string[],
  now: number,
): Promise<readonly MadeToken[]> {
  const made = await readMadeBy(trx, ids)
  const ended = made.filter(({ revokedAt, endReason }) => revokedAt === now && endReason === 'predecessor_revoked')
  await recordAudits(
    trx,
    context,
    ended.map(({ id, name, accountId, origin, endReason }) => ({
      action: 'token.revoked',
      target: { type: 'token', id },
      detail: { name, ownerId: accountId, reason: endReason, predecessor: origin },
    })),
  )
  return ended
}

/** Repeats until nothing is left: its update may wait for a rotation, and only the next reading sees what that made. */
async function revokeMadeBy(trx: Transaction, ids: readonly string[], by: string, now: number): Promise<void> {
  for (;;) {
    const living = (await readMadeBy(trx, ids)).filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id)
    if (living.length === 0) return
    await revokeWithPredecessor(trx, living, by, now)
  }
}
