import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../core/problem.ts'
import { LEASE_MS } from './lease.ts'

/** Longer than any lease that can hold a change up, with the time to find out. */
const LIMIT_MS = LEASE_MS + 2000

/**
 * How soon to look: first after a part of what the change before took, since at once it is in vain; then, while a verifier
 * lags, after an eighth of what was waited already. At first it is only a round trip behind, later it has to run out;
 * nobody waits much longer than needed, and nobody looks a hundred times. What a change took ends with a look, and includes how late
 * that was, *d*: if the next waits for a share *s* of it, waits grow to *d* / (1 - *s*). So the share is small.
 */
const USUAL_SHARE = 1 / 4
const LONGEST_USUAL_MS = 25
const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 50
const PAUSE_SHARE = 1 / 8

/** The clock and the pauses of the platform, in milliseconds. */
interface Pace {
  now(): number
  pause(ms: number): Promise<unknown>
}

const PLATFORM_PACE: Pace = { now: () => performance.now(), pause: (ms) => delay(ms) }

interface Waiter {
  readonly epoch: number
  /** Not known to be settled: others have to hear of it first. */
  readonly isNews: boolean
  readonly since: number
  resolve(): void
  reject(error: unknown): void
}

/**
 * Waits until a committed change is settled: no verifier is left that may decide on the state before it. All waiters of
 * a process share one loop.
 */
export class Settlement {
  readonly #settledEpoch: (epoch: number) => Promise<number>
  readonly #pace: Pace
  /** Hears of each change that has waited: for how long, and whether it counts everywhere. */
  onEnded: (seconds: number, isConfirmed: boolean) => void = () => {}
  #waiters: Waiter[] = []
  #isLooking = false
  /** How long the last change has waited, unless for somebody who hangs. */
  #usualMs = 0
  /** What was found settled last. */
  #knownEpoch = -1

  /**
   * @param settledEpoch Looks up to which epoch everything is settled, after ending the leases that are over and lag
   *   behind the epoch it is given.
   */
  constructor(settledEpoch: (epoch: number) => Promise<number>, pace = PLATFORM_PACE) {
    this.#settledEpoch = settledEpoch
    this.#pace = pace
  }

  /** Rejects with `settlement_unconfirmed` if it cannot be found out: the change is stored all the same. */
  settled(epoch: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const isNews = epoch > this.#knownEpoch
      this.#waiters.push({ epoch, isNews, since: this.#pace.now(), resolve, reject })
      if (!this.#isLooking) void this.#look()
    })
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    if (this.#usualMs > 0 && this.#waiters.some(({ isNews }) => isNews))
      await this.#pace.pause(this.#usualMs * USUAL_SHARE)
    while (this.#waiters.length > 0) {
      // Those who come while it looks are judged at the next look: this one may be older than their change.
      const judged = this.#waiters
      this.#waiters = []
      const left = await this.#judge(judged)
      this.#waiters.push(...left)
      if (left.length === 0) continue
      const waited = this.#pace.now() - Math.max(...left.map(({ since }) => since))
      await this.#pace.pause(Math.min(Math.max(SHORTEST_PAUSE_MS, waited * PAUSE_SHARE), LONGEST_PAUSE_MS))
    }
    this.#isLooking = false
  }

  /** Returns those that have to wait on. */
  async #judge(waiters: readonly Waiter[]): Promise<readonly Waiter[]> {
    let settledEpoch: number
    try {
      settledEpoch = await this.#settledEpoch(Math.max(...waiters.map(({ epoch }) => epoch)))
    } catch (error) {
      for (const waiter of waiters) this.#end(waiter, new Problem('settlement_unconfirmed', { cause: error }))
      return []
    }
    this.#knownEpoch = settledEpoch
    const left: Waiter[] = []
    for (const waiter of waiters) {
      if (waiter.epoch <= settledEpoch) this.#end(waiter)
      else if (this.#pace.now() - waiter.since > LIMIT_MS) this.#end(waiter, new Problem('settlement_unconfirmed'))
      else left.push(waiter)
    }
    return left
  }

  #end(waiter: Waiter, problem?: Problem): void {
    const waitedMs = this.#pace.now() - waiter.since
    if (waiter.isNews && waitedMs <= LONGEST_USUAL_MS) this.#usualMs = waitedMs
    this.onEnded(waitedMs / 1000, problem === undefined)
    if (problem === undefined) waiter.resolve()
    else waiter.reject(problem)
  }
}
