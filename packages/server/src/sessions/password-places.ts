import { availableParallelism } from 'node:os'
import { Problem } from '../core/problem.ts'

/**
 * Bounds the work that passwords make. Argon2 takes 19 MiB and some 50 ms of a core each time, in the thread pool that
 * also reads files and resolves names; anybody may ask for it by signing in. Whoever computes needs a place.
 */

/** Threads that libuv has unless `UV_THREADPOOL_SIZE` says otherwise. One stays free for files and names. */
const POOL_THREADS = 4

/** One core stays free for the event loop, and so for verification. */
const MOST_AT_ONCE = Math.max(1, Math.min(availableParallelism() - 1, POOL_THREADS - 1))

/** How many may be under way or wait: at 50 ms each, the last one waits for some seconds. */
const PLACES = 64

/** When a place is likely to be free again. */
const RETRY_AFTER_SECONDS = '2'

/**
 * Who needs the place. `known`: somebody signed in, or a browser that this member has signed in with before. They have
 * places of their own and go first, so that a flood of strangers does not keep them out.
 */
type Lane = 'known' | 'stranger'

/** Proof that the work was admitted; what computes takes one. */
export interface PasswordPlace {
  /** Runs a computation when its turn has come. */
  compute<T>(derive: () => Promise<T>): Promise<T>
}

/** Admits password work up to a bound, and lets so many compute at once: those who are known first. */
export class PasswordPlaces {
  readonly #atOnce: number
  readonly #taken: Record<Lane, number> = { known: 0, stranger: 0 }
  readonly #waiting: Record<Lane, (() => void)[]> = { known: [], stranger: [] }
  #computing = 0

  constructor(atOnce = MOST_AT_ONCE) {
    this.#atOnce = atOnce
  }

  /** Throws `server_busy` before `work` has done anything if all places of the lane are taken. */
  async hold<T>(lane: Lane, work: (place: PasswordPlace) => Promise<T>): Promise<T> {
    if (this.#taken[lane] >= PLACES)
      throw new Problem('server_busy', { headers: { 'retry-after': RETRY_AFTER_SECONDS } })
    this.#taken[lane]++
    try {
      return await work({ compute: (derive) => this.#compute(lane, derive) })
    } finally {
      this.#taken[lane]--
    }
  }

  async #compute<T>(lane: Lane, derive: () => Promise<T>): Promise<T> {
    if (this.#computing >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting[lane].push(resolve))
    else this.#computing++
    try {
      return await derive()
    } finally {
      // The next one takes over what this one had, so that nobody else comes between.
      const next = this.#waiting.known.shift() ?? this.#waiting.stranger.shift()
      if (next) next()
      else this.#computing--
    }
  }
}

/** Those of this process. */
export const passwordPlaces = new PasswordPlaces()
