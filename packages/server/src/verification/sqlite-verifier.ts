import type { Principal } from '../core/actor.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import { ChangeWaiters } from './change-waiters.ts'
import { sqliteCoherence } from './coherence-sqlite.ts'
import { credentialCache } from './credential-cache.ts'
import { groupCache } from './group-cache.ts'
import { sqliteCredentials } from './stored-credentials.ts'
import { digestOf, newStatistics, noteUsage, type TokenVerifier, type VerifierOptions } from './token-verifier.ts'
import { type Asked, tellAll, turnQueue } from './turn-queue.ts'
import { decide, refuse, type Verdict, type VerifiableToken } from './verdict.ts'

/** How often the file is looked at for those who wait for changes: some 5 µs each time. */
const LOOK_MS = 5

const UNAVAILABLE = refuse('unavailable')

/** Verification from memory over one SQLite file, shared with any number of other processes. */
export function createSqliteVerifier(database: SqliteDatabase, options: VerifierOptions): TokenVerifier {
  const { clock, usage, onFailure, catalogue } = options
  const { fence } = database
  const reader = database.openReader()
  const credentials = sqliteCredentials(reader, catalogue)
  const cache = credentialCache(options.cacheMiB)
  const groups = groupCache(credentials.readGroup)
  const statistics = newStatistics(cache)
  const coherence = sqliteCoherence(reader, {
    ...cache,
    dropGroup(id) {
      groups.drop(id)
      cache.dropGroup(id)
    },
    dropAll() {
      groups.dropAll()
      cache.dropAll()
    },
  })

  function decideTurn(turn: readonly Asked[], askedAt: number): void {
    const startedAt = performance.now()
    const waitedMs = startedAt - askedAt
    let failure = failureOf(() => {
      fence.assertRecentlyIntact(startedAt)
      catchUp()
    })
    let fileFailure: unknown
    const now = clock()
    const answers = turn.map((asked) => {
      let verdict = UNAVAILABLE
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
      return () => asked.done(fileFailure === undefined ? verdict : UNAVAILABLE, epoch)
    })
    fileFailure = failureOf(assertFileRead)
    failure ??= fileFailure
    tellAll(answers)
    // After the answers: nobody waits for what is counted.
    statistics.observeWait(waitedMs / 1000)
    failure ??= failureOf(endReading)
    if (failure !== undefined) onFailure(failure)
  }

  /** Whether this turn has read more than that nothing was committed. */
  let hasRead = false

  /** In a snapshot that a failure has left open, nothing would ever look changed. */
  function catchUp(): void {
    if (reader.isTransaction) reader.exec('ROLLBACK')
    hasRead = true
    hasRead = noteDamage(coherence.catchUp)
  }

  /** Asked after reading, so that it speaks for what was read. */
  function assertFileRead(): void {
    if (hasRead) fence.assertIntact()
  }

  function judge({ secret, tokenId, presenter }: Asked, now: number): Verdict {
    const token = findToken(tokenId)
    const account = token && findAccount(token.accountId)
    return decide(token, account, { digest: digestOf(secret), address: presenter.address, now }, catalogue)
  }

  /** What is filled was read after this turn's check, so it is at least as new. Absence is not cached. */
  function findToken(id: string): VerifiableToken | undefined {
    const cached = cache.tokens.get(id)
    if (count(cached)) return cached
    const stored = readStored(() => credentials.readToken(id))
    if (stored !== undefined) cache.keepToken(stored)
    return stored
  }

  function findAccount(id: string): Principal | undefined {
    const cached = cache.accounts.get(id)
    if (count(cached)) return cached
    const stored = readStored(() => credentials.readAccount(id, groups.get))
    if (stored !== undefined) cache.keepAccount(stored)
    return stored
  }

  /** Whether it was in memory. */
  function count(cached: object | undefined): boolean {
    if (cached === undefined) statistics.cacheMisses++
    else statistics.cacheHits++
    return cached !== undefined
  }

  function readStored<Stored>(read: () => Stored): Stored {
    hasRead = true
    return noteDamage(() => {
      beginReading()
      return read()
    })
  }

  function noteDamage<Result>(read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      fence.noteError(error)
      throw error
    }
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
        fence.assertIntact()
        catchUp()
        return findAccount(accountId)
      } finally {
        endReading()
        assertFileRead()
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
