import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { CHANGE_CHANNEL, DATABASE_NOW, DATABASE_RUN, LEASE_MS, NOTE_RUN } from '../storage/lease.ts'
import type { PostgresDatabase } from '../storage/postgres.ts'
import { dropSubject, type StaleState } from './stale-state.ts'

/** How often a lease is renewed when nothing changes. */
const RENEWAL_MS = 1000

/** What a verifier's own clock may lose against the database's within a lease, and more. */
const MARGIN_MS = 200

/** More changes than this at once, and forgetting everything is cheaper. */
const MOST_CHANGES = 5000

/** The first pause before connecting again, doubled each time, plus as much again at random. */
const RECONNECT_MS = 50
const LONGEST_RECONNECT_MS = 2000

interface Renewal {
  readonly renewed: number
  readonly epoch: number
  readonly oldest: number | null
  readonly run: string
  readonly is_replica: boolean
  readonly subjects: readonly string[]
}

/** What a reading has to show before it may be kept. */
export interface Fill {
  readonly generation: number
}

/**
 * Keeps a cache equal to the database on any number of nodes. It holds a lease: a row that says which epoch of changes it
 * has applied. Whoever changes something waits until no live lease is older, so within its lease a verifier may
 * trust its cache, without asking (docs/coherence.md has the argument).
 *
 * At any doubt (a lost connection, another run of the database, a row that is not as it was left, an epoch that went
 * back) it drops the lease and everything cached, and begins anew.
 */
export function postgresCoherence(database: PostgresDatabase, cache: StaleState, onDoubt: (error: unknown) => void) {
  let appliedEpoch = 0
  /** Goes up whenever the cache was dropped at a doubt: what was being read then belongs to another world. */
  let generation = 0
  /** Until when the cache may be trusted, by both clocks: a suspended machine stops the one, a step moves the other. */
  let trustedUntil = 0
  let trustedUntilWall = 0
  let isClosed = false
  /** The row of before a doubt, which nobody has to wait for. */
  let formerId = ''
  /** Ends the pause between two renewals. */
  let wake = () => {}

  async function live(): Promise<void> {
    let failures = 0
    while (!isClosed) {
      const client = database.openClient()
      try {
        await holdLease(client, () => {
          failures = 0
        })
      } catch (error) {
        onDoubt(error)
      } finally {
        doubt()
        // Not awaited while it goes on: a connection that hangs says no goodbye.
        const ending = client.end().catch(() => {})
        if (isClosed) await ending
      }
      const pause = Math.min(RECONNECT_MS * 2 ** failures++, LONGEST_RECONNECT_MS)
      if (!isClosed) await sleep(pause * (1 + Math.random()))
    }
  }

  /** Returns when closed; throws at a doubt. */
  async function holdLease(client: pg.Client, onHeld: () => void): Promise<void> {
    let lost: Error | undefined
    client.on('error', (error) => {
      lost = error
      doubt()
      wake()
    })
    let isTold = false
    client.on('notification', () => {
      isTold = true
      wake()
    })
    await client.connect()
    await client.query(`LISTEN ${CHANGE_CHANNEL}`)
    const lease = await register(client)
    onHeld()
    while (!isClosed && lost === undefined) {
      isTold = false
      const hasApplied = await renew(client, lease)
      // What was applied is reported at once: somebody waits for it.
      if (!hasApplied && !isTold && lost === undefined) await sleep(RENEWAL_MS)
    }
    if (lost !== undefined) throw lost
    await client.query('DELETE FROM verifier WHERE id = $1', [lease.id])
  }

  interface Lease {
    readonly id: string
    readonly run: string
    renewals: number
  }

  /** A new row, with nothing cached: whatever is read from now on is read after the row could be seen. */
  async function register(client: pg.Client): Promise<Lease> {
    await client.query(NOTE_RUN)
    const id = randomUUID()
    const sentAt = clocks()
    const { rows } = await client.query<{ epoch: number; run: string; is_replica: boolean }>(
      `WITH former AS (DELETE FROM verifier WHERE id = $2)
        INSERT INTO verifier (id, applied_epoch, lease_until, renewals)
        SELECT $1, epoch, ${DATABASE_NOW} + ${LEASE_MS}, 0 FROM authz_clock
        RETURNING applied_epoch AS epoch, ${DATABASE_RUN} AS run, pg_is_in_recovery() AS is_replica`,
      [id, formerId],
    )
    formerId = id
    const registered = rows[0]
    if (registered === undefined || registered.is_replica) throw new Error('This is no primary database.')
    doubt()
    appliedEpoch = registered.epoch
    trust(sentAt)
    return { id, run: registered.run, renewals: 0 }
  }

  /** One round trip: reports what is applied and brings what has changed since. Whether something had. */
  async function renew(client: pg.Client, lease: Lease): Promise<boolean> {
    const sentAt = clocks()
    const { rows } = await client.query<Renewal>({
      name: 'renew',
      text: RENEW,
      values: [lease.id, appliedEpoch, lease.renewals],
    })
    const renewal = rows[0]
    if (renewal?.renewed !== 1) throw new Error('The lease was ended by somebody who could not wait for it.')
    if (renewal.is_replica || renewal.run !== lease.run) throw new Error('Another database server answers.')
    if (renewal.epoch < appliedEpoch) throw new Error('The database is older than it was: restored from a copy?')
    lease.renewals++
    const hasChanged = renewal.epoch > appliedEpoch
    if (hasChanged) applyChanges(renewal)
    trust(sentAt)
    return hasChanged
  }

  function applyChanges({ epoch, oldest, subjects }: Renewal): void {
    // A gap: the changes between were pruned, or there were too many to list.
    const isWhole = oldest !== null && oldest <= appliedEpoch + 1 && subjects.length <= MOST_CHANGES
    if (isWhole) for (const subject of subjects) dropSubject(cache, subject)
    else cache.dropAll()
    appliedEpoch = epoch
  }

  function clocks() {
    return { monotonic: performance.now(), wall: Date.now() }
  }

  /** From before it was asked: the database's lease began later. */
  function trust(sentAt: ReturnType<typeof clocks>): void {
    trustedUntil = sentAt.monotonic + LEASE_MS - MARGIN_MS
    trustedUntilWall = sentAt.wall + LEASE_MS - MARGIN_MS
  }

  function doubt(): void {
    trustedUntil = 0
    generation++
    cache.dropAll()
  }

  /** Until woken, at most `ms`. */
  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  const ended = live()

  return {
    /** Whether what is cached may be believed by a call that has begun. */
    isTrusted: (): boolean => performance.now() < trustedUntil && Date.now() < trustedUntilWall,

    beginFill: (): Fill => ({ generation }),

    /**
     * Whether what was read in a snapshot of this epoch may be kept. Not if a later change was applied while it was read:
     * nothing would drop it any more.
     */
    mayKeep: (fill: Fill, epoch: number): boolean =>
      fill.generation === generation && epoch >= appliedEpoch && trustedUntil > 0,

    /** Gives the lease back, so that nobody waits for it. */
    async close(): Promise<void> {
      isClosed = true
      wake()
      await ended
    },
  }
}

const RENEW = `WITH renewed AS (
    UPDATE verifier SET applied_epoch = $2, renewals = renewals + 1, lease_until = ${DATABASE_NOW} + ${LEASE_MS}
      WHERE id = $1 AND renewals = $3 RETURNING id
  ), change AS (
    SELECT subject FROM authz_change WHERE epoch > $2 ORDER BY epoch LIMIT ${MOST_CHANGES + 1}
  )
  SELECT (SELECT count(*) FROM renewed) AS renewed, epoch, ${DATABASE_RUN} AS run, pg_is_in_recovery() AS is_replica,
    (SELECT min(epoch) FROM authz_change) AS oldest,
    ARRAY(SELECT subject FROM change) AS subjects
  FROM authz_clock`
