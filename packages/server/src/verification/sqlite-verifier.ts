import { LRUCache } from 'lru-cache'
import type { Principal } from '../core/actor.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import { ChangeWaiters } from './change-waiters.ts'
import { sqliteCoherence } from './coherence-sqlite.ts'
import { credentialCache } from './credential-cache.ts'
import { sqliteCredentials } from './stored-credentials.ts'
import { digestOf, newStatistics, noteUsage, type TokenVerifier, type VerifierOptions } from './token-verifier.ts'
import { type Asked, tellAll, turnQueue } from './turn-queue.ts'
import { decide, refuse, type Verdict } from './verdict.ts'

/** What each gives, some role names; who is in many groups high up a tree is read anew without going up it again. */
const CACHED_GROUPS = 10_000

/** How often the file is looked at for those who wait for changes: some 5 µs each time. */
const LOOK_MS = 5

/** Verification from memory over one SQLite file, shared with any number of other processes. */
export function createSqliteVerifier(database: SqliteDatabase, options: VerifierOptions): TokenVerifier {
  const { clock, usage, onFailure } = options
  const reader = database.openReader()
  const credentials = sqliteCredentials(reader, options.catalogue)
  const cache = credentialCache()
  const { tokens, accounts } = cache
  const groupRoles = new LRUCache<string, readonly string[]>({ max: CACHED_GROUPS })
  const statistics = newStatistics(
    () => tokens.size,
    () => accounts.size,
  )
  const coherence = sqliteCoherence(reader, {
    ...cache,
    dropAllAccounts() {
      groupRoles.clear()
      cache.dropAllAccounts()
    },
    dropAll() {
      groupRoles.clear()
      cache.dropAll()
    },
  })

  function decideTurn(turn: readonly Asked[], askedAt: number): void {
    let failure = failureOf(catchUp)
    const now = clock()
    const waitedMs = performance.now() - askedAt
    const answers = turn.map((asked) => {
      let verdict = refuse('unavailable')
      // That of what is cached: what is read in addition may be newer, never older.
      const epoch = coherence.appliedEpoch()
      // A database that cannot be read leaves nothing to believe: not what is cached, either.
      if (failure === undefined) {
        try {
          verdict = judge(asked, now)
        } catch (error) {
          failure = error
        }
      }
      statistics.outcomes[verdict.outcome]++
      noteUsage(usage, verdict, asked, now)
      return () => asked.done(verdict, epoch)
    })
    tellAll(answers)
    // After the answers: nobody waits for what is counted.
    statistics.observeWait(waitedMs / 1000)
    failure ??= failureOf(endReading)
    if (failure !== undefined) onFailure(failure)
  }

  /** In a snapshot that a failure has left open, nothing would ever look changed. */
  function catchUp(): void {
    if (reader.isTransaction) reader.exec('ROLLBACK')
    coherence.catchUp()
  }

  function judge({ secret, tokenId, presenter }: Asked, now: number): Verdict {
    const token = readThrough(tokens, tokenId, credentials.readToken)
    const account = token && readThrough(accounts, token.accountId, readAccount)
    return decide(token, account, { digest: digestOf(secret), address: presenter.address, now })
  }

  function readAccount(id: string): Principal | undefined {
    return credentials.readAccount(id, rolesOfGroup)
  }

  function rolesOfGroup(id: string): readonly string[] {
    let roles = groupRoles.get(id)
    if (roles === undefined) {
      roles = credentials.readGroupRoles(id)
      groupRoles.set(id, roles)
    }
    return roles
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
    beginReading()
    const stored = read(id)
    if (stored !== undefined) cache.set(id, stored)
    return stored
  }

  /**
   * What a turn reads, it reads from one snapshot, and what is kept of groups is brought up to it: an account that has
   * joined a group while that lost a role must not get the role. A turn that reads nothing spares itself this.
   */
  function beginReading(): void {
    if (reader.isTransaction) return
    reader.exec('BEGIN')
    coherence.catchUp()
  }

  function endReading(): void {
    if (reader.isTransaction) reader.exec('COMMIT')
  }

  const waiters = new ChangeWaiters()
  let looking: NodeJS.Timeout | undefined

  /** Looks at the file as often as that while anybody waits; else each verification does. */
  async function changedSince(epoch: number, ms: number): Promise<void> {
    if (coherence.appliedEpoch() > epoch) return
    looking ??= setInterval(() => {
      failureOf(catchUp)
      waiters.seen(coherence.appliedEpoch())
    }, LOOK_MS).unref()
    await waiters.wait(epoch, ms)
    if (waiters.size > 0) return
    clearInterval(looking)
    looking = undefined
  }

  return {
    statistics,
    verify: turnQueue(options.tokenPrefix, statistics, decideTurn),
    async readPrincipal(accountId) {
      try {
        catchUp()
        return readThrough(accounts, accountId, readAccount)
      } finally {
        endReading()
      }
    },
    freshness: () => ({ epoch: coherence.appliedEpoch(), leaseMs: 0 }),
    changedSince,
    async close() {
      clearInterval(looking)
      waiters.close()
      reader.close()
    },
  }
}

/** What went wrong, if something did. */
function failureOf(act: () => void): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}
