import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { recordAudits } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { countTokens, type TokenCriteria, type TokenPlace, unrevokedTokens } from '../tokens/token-query.ts'
import { setSeveralRevoked } from '../tokens/token-store.ts'
import { endProgress, noteProgress } from './revocation-progress.ts'

/** Tokens a transaction, some 55 ms: others who write wait 70 ms for their turn in the median, and half a second in one of 100. */
const CHUNK = 2000

/**
 * Between two transactions on SQLite, whose write lock goes to whoever asks while it is free: waiting writers ask every
 * 5 to 25 ms, and so get it long before they give up.
 */
const PAUSE_MS = 6

/** What a bulk revocation is about, as plain data for a thread. */
export interface RevocationOrder {
  /** The account that revokes. */
  readonly by: string
  readonly criteria: TokenCriteria
  /** How many the caller was shown. */
  readonly expectedCount: number
}

export interface RevocationReport {
  /** How many the criteria named at the start. */
  readonly counted: number
  readonly revoked: number
}

/**
 * Revokes what the criteria name if there are as many as the caller was shown, chunk by chunk, each recorded with what
 * it revokes. One way through all tokens in the order of an index: a chunk begins where the last one ended, and what
 * was made meanwhile may be left out. The caller's own token comes last: the revocation of all others rests on it.
 */
export async function revokeAll(
  database: Database,
  context: AuthorizedContext,
  { by, criteria, expectedCount }: RevocationOrder,
): Promise<RevocationReport> {
  const { tokens: counted } = await countTokens(database.read, criteria)
  let revoked = 0
  if (counted !== expectedCount) return { counted, revoked }
  const ownId = context.actor.kind === 'session' ? undefined : (context.actor.parentId ?? context.actor.tokenId)
  let isOwnMeant = false
  let after: TokenPlace | undefined
  for (;;) {
    const chunk = await database.write(context, async (trx) => {
      // Before its statistics are fresh, PostgreSQL would read and sort all that are left for each chunk.
      if (database.engine === 'postgres') await sql`SET LOCAL enable_bitmapscan = off`.execute(trx)
      const places = await unrevokedTokens(trx, criteria, after, CHUNK)
      const isLast = places.length < CHUNK
      isOwnMeant ||= places.some(({ id }) => id === ownId)
      const others = places.map(({ id }) => id).filter((id) => id !== ownId)
      const ids = isLast && isOwnMeant && ownId !== undefined ? [...others, ownId] : others
      const sum = revoked + (await revokeTogether(trx, context, by, ids))
      if (!isLast) await noteProgress(trx, by, { startedAt: context.now, expected: counted, revoked: sum })
      else if (after !== undefined) await endProgress(trx, by)
      return { last: places.at(-1), isLast, sum }
    })
    revoked = chunk.sum
    if (chunk.isLast) return { counted, revoked }
    after = chunk.last
    await delay(PAUSE_MS)
  }
}

/** Revokes these tokens, whoever they belong to; ids of none are passed over. Returns how many were revoked. */
export async function revokeTogether(
  trx: Transaction,
  context: AuthorizedContext,
  by: string,
  ids: readonly string[],
): Promise<number> {
  const revoked = await setSeveralRevoked(trx, ids, by, context.now)
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
}
