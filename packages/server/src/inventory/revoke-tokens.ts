import { Worker } from 'node:worker_threads'
import type { Context } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { revokeAccessTokens } from '../tokens/revoke-access-tokens.ts'
import type { TokenCriteria } from '../tokens/token-query.ts'
import { CHUNK, type RevocationOrder, type RevocationReport, revokeAll, revokeTogether } from './revoke-all.ts'

/**
 * Revokes all tokens that the criteria name. `expectedCount` is how many the caller was shown: if there are others
 * now, nothing happens. Many are revoked chunk by chunk; each counts from its own commit, all of them from the answer.
 * Returns how many were revoked. Throws `count_changed`.
 */
export async function revokeMatching(
  { database }: Services,
  context: Context,
  actor: AuthenticatedActor,
  criteria: TokenCriteria,
  expectedCount: number,
): Promise<number> {
  // What is revoked already has nothing to lose.
  if (criteria.status === 'revoked') return 0
  const order = { context, by: actor.account.id, criteria, expectedCount }
  const isLong = expectedCount > CHUNK
  const { counted, revoked } = await (database.engine === 'sqlite' && isLong
    ? revokeInThread(database.file, order)
    : revokeAll(database, order))
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
  context: Context,
  actor: AuthenticatedActor,
  ids: readonly string[],
): Promise<number> {
  return database.write(
    async (trx) =>
      (await revokeTogether(trx, context, actor.account.id, ids)) + (await revokeAccessTokens(trx, context, ids)),
  )
}

/** SQLite counts, writes and waits for the disk in the thread that calls it: here that would hold up every verification. */
function revokeInThread(file: string, order: RevocationOrder): Promise<RevocationReport> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('revoke-thread.ts', import.meta.url), { workerData: { file, order } })
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`the thread that revokes ended early, with ${code}`)))
  })
}
