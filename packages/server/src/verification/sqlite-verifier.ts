import { LRUCache } from 'lru-cache'
import type { Principal } from '../core/actor.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import { sqliteCoherence } from './coherence-sqlite.ts'
import { sqliteCredentials } from './stored-credentials.ts'
import { digestOf, newStatistics, type TokenVerifier, type VerifierOptions } from './token-verifier.ts'
import { type Asked, turnQueue } from './turn-queue.ts'
import { decide, refuse, type Verdict, type VerifiableToken } from './verdict.ts'

/** Under 1 KiB each; what falls out is read again in some 20 microseconds. */
const CACHED_TOKENS = 20_000
const CACHED_ACCOUNTS = 10_000

/** Verification from memory over one SQLite file, shared with any number of other processes. */
export function createSqliteVerifier(database: SqliteDatabase, options: VerifierOptions): TokenVerifier {
  const { clock, usage, onFailure } = options
  const reader = database.openReader()
  const credentials = sqliteCredentials(reader, options.catalogue)
  const tokens = new LRUCache<string, VerifiableToken>({ max: CACHED_TOKENS })
  const accounts = new LRUCache<string, Principal>({ max: CACHED_ACCOUNTS })
  const statistics = newStatistics(
    () => tokens.size,
    () => accounts.size,
  )
  const coherence = sqliteCoherence(reader, {
    dropToken: (id) => tokens.delete(id),
    dropAccount: (id) => accounts.delete(id),
    dropAllAccounts: () => accounts.clear(),
    dropAll() {
      tokens.clear()
      accounts.clear()
    },
  })

  function decideTurn(turn: readonly Asked[], askedAt: number): void {
    let failure = catchUp()
    const now = clock()
    statistics.observeWait((performance.now() - askedAt) / 1000)
    for (const asked of turn) {
      let verdict = refuse('unavailable')
      // A database that cannot be read leaves nothing to believe: not what is cached, either.
      if (failure === undefined) {
        try {
          verdict = judge(asked, now)
        } catch (error) {
          failure = error
        }
      }
      statistics.outcomes[verdict.outcome]++
      if (verdict.outcome === 'active') usage.note(asked.tokenId, asked.presenter, now)
      asked.done(verdict)
    }
    if (failure !== undefined) onFailure(failure)
  }

  /** Returns what went wrong, if something did. */
  function catchUp(): unknown {
    try {
      coherence.catchUp()
      return undefined
    } catch (error) {
      return error
    }
  }

  function judge({ secret, tokenId, presenter }: Asked, now: number): Verdict {
    const token = readThrough(tokens, tokenId, credentials.readToken)
    const account = token && readThrough(accounts, token.accountId, credentials.readAccount)
    return decide(token, account, { digest: digestOf(secret), address: presenter.address, now })
  }

  /** What is filled was read after this turn's check, so it is at least as new. Absence is not cached. */
  function readThrough<Value extends object>(
    cache: LRUCache<string, Value>,
    id: string,
    read: (id: string) => Value | undefined,
  ): Value | undefined {
    const cached = cache.get(id)
    if (cached !== undefined) {
      statistics.cacheHits++
      return cached
    }
    statistics.cacheMisses++
    const stored = read(id)
    if (stored !== undefined) cache.set(id, stored)
    return stored
  }

  return {
    statistics,
    verify: turnQueue(options.tokenPrefix, statistics, decideTurn),
    async readPrincipal(accountId) {
      coherence.catchUp()
      return readThrough(accounts, accountId, credentials.readAccount)
    },
    close: () => reader.close(),
  }
}
