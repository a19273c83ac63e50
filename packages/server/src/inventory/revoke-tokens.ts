import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { revokeAccessTokens } from '../tokens/revoke-access-tokens.ts'
import type { TokenCriteria } from '../tokens/token-query.ts'
import { revokeInThread } from './in-thread.ts'
import { revokeAll, revokeTogether } from './revoke-all.ts'

/** So many are revoked in some 15 ms, less than it takes to start a thread. */
const FEW = 500

/**
 * Revokes all tokens that the criteria name. `expectedCount` is how many the caller was shown: if there are others
 * now, nothing happens. Many are revoked chunk by chunk; each counts from its own commit, all of them from the answer.
 * Returns how many were revoked. Throws `count_changed`.
 */
export async function revokeMatching(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  criteria: TokenCriteria,
  expectedCount: number,
): Promise<number> {
  // What is revoked already has nothing to lose.
  if (criteria.status === 'revoked') return 0
  const order = { by: actor.account.id, criteria, expectedCount }
  const report = await (database.engine === 'sqlite' && expectedCount > FEW
    ? revokeInThread(database.file, { ...order, caller: context.caller, roles: catalogue.roles })
    : revokeAll(database, context, order))
  if ('loss' in report) throw context.refuse(report.loss)
  const { counted, revoked } = report
  if (counted !== expectedCount) {
    throw new Problem('count_changed', {
      detail: `It names ${counted} tokens now, not ${expectedCount}. Nothing was revoked.`,
    })
  }
  return revoked
}

/** Revokes these tokens, whoever they belong to; ids of none are passed over. Returns how many were revoked. */
export function revokeListed(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  ids: readonly string[],
): Promise<number> {
  return database.write(
    context,
    async (trx) =>
      (await revokeTogether(trx, context, actor.account.id, ids)) + (await revokeAccessTokens(trx, context, ids)),
  )
}
