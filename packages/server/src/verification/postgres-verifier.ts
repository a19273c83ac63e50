import type { PostgresDatabase } from '../storage/postgres.ts'
import { postgresCredentials } from './stored-credentials.ts'
import { digestOf, newStatistics, noteUsage, type TokenVerifier, type VerifierOptions } from './token-verifier.ts'
import { type Asked, turnQueue } from './turn-queue.ts'
import { decide, refuse } from './verdict.ts'

/**
 * Verification that reads the primary at every call. What one turn of the event loop asks for is read in one
 * statement, which starts after all of it had arrived: never older than the call, whatever the number of nodes.
 */
export function createPostgresVerifier(database: PostgresDatabase, options: VerifierOptions): TokenVerifier {
  const { clock, usage, onFailure } = options
  const credentials = postgresCredentials(database.verificationPool, options.catalogue)
  const statistics = newStatistics(
    () => 0,
    () => 0,
  )

  async function decideTurn(turn: readonly Asked[], askedAt: number): Promise<void> {
    const ids = [...new Set(turn.map((asked) => asked.tokenId))]
    const stored = await credentials.readTokens(ids).catch(onFailure)
    statistics.cacheMisses += ids.length
    statistics.observeWait((performance.now() - askedAt) / 1000)
    const now = clock()
    for (const asked of turn) {
      const { secret, tokenId, presenter, done } = asked
      const found = stored?.get(tokenId)
      const verdict = stored
        ? decide(found?.token, found?.account, { digest: digestOf(secret), address: presenter.address, now })
        : refuse('unavailable')
      statistics.outcomes[verdict.outcome]++
      noteUsage(usage, verdict.outcome, asked, now)
      done(verdict)
    }
  }

  return {
    statistics,
    verify: turnQueue(options.tokenPrefix, statistics, (turn, askedAt) => void decideTurn(turn, askedAt)),
    readPrincipal: (accountId) => credentials.readAccount(accountId),
    close() {},
  }
}
