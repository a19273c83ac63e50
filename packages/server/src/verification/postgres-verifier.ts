import type { Coherence, StaleState } from '@ramp/verifier/coherence'
import type { PostgresDatabase } from '../storage/postgres.ts'
import { ChangeWaiters } from './change-waiters.ts'
import type { BoardHears } from './coherence-board.ts'
import { postgresCoherence } from './coherence-postgres.ts'
import { credentialCache } from './credential-cache.ts'
import { postgresCredentials, type StoredCredential } from './stored-credentials.ts'
import { digestOf, newStatistics, noteUsage, type TokenVerifier, type VerifierOptions } from './token-verifier.ts'
import { type Answer, type Asked, tellAll, turnQueue } from './turn-queue.ts'
import { decide, refuse, type Verdict } from './verdict.ts'

/** Where a verifier reads what it does not have in memory, and what keeps its memory equal to the primary. */
export interface Primary {
  readonly credentials: ReturnType<typeof postgresCredentials>
  keepCoherent(cache: StaleState, hears: BoardHears): Coherence & { close(): Promise<void> }
}

/** Verification from memory over one PostgreSQL primary, shared with any number of nodes. */
export function createPostgresVerifier(database: PostgresDatabase, options: VerifierOptions): TokenVerifier {
  const primary: Primary = {
    credentials: postgresCredentials(database.verificationPool, options.catalogue),
    keepCoherent: (cache, hears) => postgresCoherence(database, cache, hears),
  }
  return verifyOver(primary, options)
}

/**
 * The verifier itself; the simulation runs it over a primary of its own. Without a lease, and for what is not in memory,
 * it reads the primary: one statement for all that one turn of the event loop asks for. The statement starts after all
 * of these requests have arrived.
 */
export function verifyOver(
  { credentials, keepCoherent }: Primary,
  options: VerifierOptions,
  cache = credentialCache(),
): TokenVerifier {
  const { clock, usage, onFailure, onDoubt } = options
  const statistics = newStatistics(
    () => cache.tokens.size,
    () => cache.accounts.size,
  )
  const waiters = new ChangeWaiters()
  const coherence = keepCoherent(cache, {
    onDoubt(error) {
      statistics.doubts++
      onDoubt(error)
    },
    onRenewed: () => waiters.seen(coherence.appliedEpoch()),
  })

  function decideTurn(turn: readonly Asked[], askedAt: number): void {
    const waitedMs = performance.now() - askedAt
    const missing = coherence.isTrusted() ? decideCached(turn) : turn
    statistics.cacheHits += turn.length - missing.length
    statistics.cacheMisses += missing.length
    // After the answers: nobody waits for what is counted.
    if (missing.length < turn.length) statistics.observeWait(waitedMs / 1000)
    if (missing.length > 0) void decideStored(missing, askedAt)
  }

  /** Returns those that are not all in memory. */
  function decideCached(turn: readonly Asked[]): readonly Asked[] {
    const now = clock()
    const epoch = coherence.appliedEpoch()
    const answers: Answer[] = []
    const missing = turn.filter((asked) => {
      const token = cache.tokens.get(asked.tokenId)
      const account = token && cache.accounts.get(token.accountId)
      if (token === undefined || account === undefined) return true
      answers.push(answerTo(asked, now, { token, account, epoch }))
      return false
    })
    tellAll(answers)
    return missing
  }

  async function decideStored(turn: readonly Asked[], askedAt: number): Promise<void> {
    const fill = coherence.beginFill()
    const ids = [...new Set(turn.map(({ tokenId }) => tokenId))]
    const stored = await credentials.readTokens(ids).catch(onFailure)
    statistics.observeWait((performance.now() - askedAt) / 1000)
    const now = clock()
    if (stored === undefined) {
      tellAll(turn.map((asked) => decided(asked, refuse('unavailable'), 0, now)))
      return
    }
    for (const { token, account, epoch } of stored.values()) {
      if (!coherence.mayKeep(fill, epoch)) {
        statistics.fillsDiscarded++
        continue
      }
      cache.tokens.set(token.id, token)
      cache.accounts.set(account.id, account)
    }
    tellAll(turn.map((asked) => answerTo(asked, now, stored.get(asked.tokenId))))
  }

  function answerTo(asked: Asked, now: number, found: StoredCredential | undefined): Answer {
    const presented = { digest: digestOf(asked.secret), address: asked.presenter.address, now }
    return decided(asked, decide(found?.token, found?.account, presented), found?.epoch ?? 0, now)
  }

  function decided(asked: Asked, verdict: Verdict, epoch: number, now: number): Answer {
    statistics.outcomes[verdict.outcome]++
    noteUsage(usage, verdict, asked, now)
    return () => asked.done(verdict, epoch)
  }

  return {
    statistics,
    verify: turnQueue(options.tokenPrefix, statistics, decideTurn),
    async readPrincipal(accountId) {
      const cached = coherence.isTrusted() ? cache.accounts.get(accountId) : undefined
      if (cached !== undefined) return cached
      const fill = coherence.beginFill()
      const stored = await credentials.readAccount(accountId)
      if (stored && coherence.mayKeep(fill, stored.epoch)) cache.accounts.set(accountId, stored.account)
      return stored?.account
    },
    freshness: () => ({ epoch: coherence.appliedEpoch(), leaseMs: Math.floor(coherence.trustedForMs()) }),
    async changedSince(epoch, ms) {
      if (coherence.appliedEpoch() <= epoch) await waiters.wait(epoch, ms)
    },
    async close() {
      waiters.close()
      await coherence.close()
    },
  }
}
