import { type Context, recordAudits } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { countTokens, someTokenIds, type TokenCriteria } from '../tokens/token-query.ts'
import { setSeveralRevoked } from '../tokens/token-store.ts'

/** Tokens a transaction: some milliseconds, so that verification goes on between them. */
const CHUNK = 500

/**
 * Revokes all tokens that the criteria name. `expectedCount` is how many the caller was shown: if there are others
 * now, nothing happens. Each chunk is revoked and recorded together. Returns how many were revoked. Throws
 * `count_changed`.
 */
export async function revokeMatching(
  { database }: Services,
  context: Context,
  actor: AuthenticatedActor,
  criteria: TokenCriteria,
  expectedCount: number,
): Promise<number> {
  // What is revoked already has nothing to lose, and would never run out.
  if (criteria.status === 'revoked') return 0
  const { tokens } = await countTokens(database.read, criteria)
  if (tokens !== expectedCount) {
    throw new Problem('count_changed', {
      detail: `It names ${tokens} tokens now, not ${expectedCount}. Nothing was revoked.`,
    })
  }
  let revoked = 0
  for (;;) {
    const ids = await someTokenIds(database.read, { ...criteria, isUnrevoked: true }, CHUNK)
    if (ids.length === 0) return revoked
    revoked += await revokeChunk(database, context, actor, ids)
  }
}

/** Revokes these tokens, whoever they belong to; ids of none are passed over. Returns how many were revoked. */
export async function revokeListed(
  { database }: Services,
  context: Context,
  actor: AuthenticatedActor,
  ids: readonly string[],
): Promise<number> {
  let revoked = 0
  for (let from = 0; from < ids.length; from += CHUNK) {
    revoked += await revokeChunk(database, context, actor, ids.slice(from, from + CHUNK))
  }
  return revoked
}

function revokeChunk(
  database: Services['database'],
  context: Context,
  actor: AuthenticatedActor,
  ids: readonly string[],
): Promise<number> {
  return database.write(async (trx) => {
    const revoked = await setSeveralRevoked(trx, ids, actor.account.id, context.now)
    await recordAudits(
      trx,
      context,
      revoked.map(({ id, name, accountId }) => ({
        action: 'token.revoked',
        target: { type: 'token', id },
        detail: { name, ownerId: accountId },
      })),
    )
    return revoked.length
  })
}
