import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { revokeAccessTokens } from '../tokens/revoke-access-tokens.ts'
import { revokeFamily } from '../tokens/revoke-family.ts'
import type { TokenCriteria } from '../tokens/token-query.ts'
import { revokeInThread } from './in-thread.ts'
import { type RevocationReport, revokeAll } from './revoke-all.ts'

/** So many are revoked in some 15 ms, less than it takes to start a thread. */
const FEW = 500

/** How many were revoked, and how many others ended because those had made them. */
export type RevokedCounts = Omit<RevocationReport, 'counted'>

/**
 * Revokes all tokens that the criteria name. `expectedCount` is how many the caller was shown: if there are others
 * now, nothing happens. Many are revoked chunk by chunk; each counts from its own commit, all of them from the answer.
 * Throws `count_changed`.
 */
export async function revokeMatching(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  criteria: TokenCriteria,
  expectedCount: number,
): Promise<RevokedCounts> {
  // What is revoked already has nothing to lose.
  if (criteria.status === 'revoked') return { revoked: 0, successors: 0 }
  const order = { by: actor.account.id, criteria, expectedCount }
  const report = await (database.engine === 'sqlite' && expectedCount > FEW
    ? revokeInThread(database, { ...order, caller: context.caller, roles: catalogue.roles })
    : revokeAll(database, context, order))
  if ('loss' in report) throw context.refuse(report.loss)
  const { counted, ...done } = report
  if (counted !== expectedCount) {
    throw new Problem('count_changed', {
      detail: `It names ${counted} tokens now, not ${expectedCount}. Nothing was revoked.`,
    })
  }
  return done
}

/** Revokes these tokens, whoever they belong to; ids of none are passed over. */
export function revokeListed(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  ids: readonly string[],
): Promise<RevokedCounts> {
  return database.write(context, async (trx) => {
    const { revoked, successors } = await revokeFamily(trx, context, actor.account.id, ids)
    const accessTokens = await revokeAccessTokens(trx, context, ids)
    return { revoked: revoked.length + accessTokens, successors: successors.length }
  })
}
