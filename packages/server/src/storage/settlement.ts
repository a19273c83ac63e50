import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { Problem } from '../core/problem.ts'
import { DATABASE_NOW, DATABASE_RUN, LEASE_MS, NOTE_RUN } from './lease.ts'

/** Longer than any lease that can hold a change up, with the time to find out. */
const LIMIT_MS = LEASE_MS + 2000

/** How soon to look again while a verifier lags: at first it is only a round trip behind, later it has to run out. */
const FIRST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 50

interface Waiter {
  readonly epoch: number
  readonly since: number
  resolve(): void
  reject(error: unknown): void
}

interface Standing {
  /** The least that any verifier with a live lease has applied; null: there is no verifier. */
  readonly applied: number | null
  /** Since when this run of the database is known, and its clock now. */
  readonly run_since: number | null
  readonly now: number
}

/**
 * Waits until a committed change is settled: no verifier is left that may decide on the state before it. All waiters of
 * a process share one loop.
 */
export class Settlement {
  readonly #pool: pg.Pool
  #waiters: Waiter[] = []
  #isLooking = false

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** Rejects with `settlement_unconfirmed` if it cannot be found out: the change is stored all the same. */
  settled(epoch: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ epoch, since: performance.now(), resolve, reject })
      if (!this.#isLooking) void this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    let pause = FIRST_PAUSE_MS
    while (this.#waiters.length > 0) {
      // Those who come while it looks are judged at the next look: this one may be older than their change.
      const judged = this.#waiters
      this.#waiters = []
      const left = await this.#judge(judged)
      pause = left.length < judged.length ? FIRST_PAUSE_MS : Math.min(2 * pause, LONGEST_PAUSE_MS)
      this.#waiters.push(...left)
      if (left.length > 0) await delay(pause)
    }
    this.#isLooking = false
  }

  /** Returns those that have to wait on. */
  async #judge(waiters: readonly Waiter[]): Promise<readonly Waiter[]> {
    let settledEpoch: number
    try {
      settledEpoch = await this.#settledEpoch(Math.max(...waiters.map(({ epoch }) => epoch)))
    } catch (error) {
      for (const waiter of waiters) waiter.reject(new Problem('settlement_unconfirmed', { cause: error }))
      return []
    }
    const left: Waiter[] = []
    for (const waiter of waiters) {
      if (waiter.epoch <= settledEpoch) waiter.resolve()
      else if (performance.now() - waiter.since > LIMIT_MS) waiter.reject(new Problem('settlement_unconfirmed'))
      else left.push(waiter)
    }
    return left
  }

  /** Up to which epoch everything is settled. */
  async #settledEpoch(epoch: number): Promise<number> {
    const { rows } = await this.#pool.query<Standing>({ name: 'settle', text: SETTLE, values: [epoch] })
    const { applied, run_since, now } = rows[0] as Standing
    // Leases that another run of the database gave may not be in this table; within this time they have ended.
    if (run_since === null) await this.#pool.query(NOTE_RUN)
    if (run_since === null || now < run_since + LEASE_MS) return -1
    return applied ?? Number.POSITIVE_INFINITY
  }
}

/**
 * A verifier that lags and whose lease is over is removed, not passed over: the row's lock orders this against a
 * renewal that is under way. Either that comes first, and the verifier counts as alive, or it finds no row, and the
 * verifier starts anew with nothing in its cache.
 */
const SETTLE = `WITH ended AS (
    DELETE FROM verifier WHERE applied_epoch < $1 AND lease_until < ${DATABASE_NOW} RETURNING id
  )
  SELECT (SELECT min(applied_epoch) FROM verifier WHERE id NOT IN (SELECT id FROM ended)) AS applied,
    (SELECT since FROM lease_run WHERE run = ${DATABASE_RUN}) AS run_since,
    ${DATABASE_NOW} AS now`
