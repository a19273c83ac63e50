import {
  type CoherenceListener,
  holdLease,
  type Instant,
  type LeaseOptions,
  PLATFORM_TIME,
  type Time,
} from './hold-lease.ts'
import { dropSubject, type StaleState } from './stale-state.ts'

export * from './hold-lease.ts'
export { dropSubject, type StaleState }

/** What a reading has to show before it may be kept. */
export interface Fill {
  readonly generation: number
}

/** Says what may be believed of a cache, and what may be kept in it. */
export interface Coherence {
  /** Whether what is cached may be believed by a call that has begun. */
  isTrusted(): boolean
  /** For how much longer, if nothing is heard any more, in milliseconds; 0 without a lease. */
  trustedForMs(): number
  /** The count of changes that the cache reflects. */
  appliedEpoch(): number
  /** To be called before something is read that may be kept. */
  beginFill(): Fill
  /**
   * Whether what was read in a snapshot of this epoch may be kept. Not if a later change was heard of while it was read:
   * nothing would drop it any more.
   */
  mayKeep(fill: Fill, epoch: number): boolean
}

/** Keeps a cache equal to the database, given what the holder of a lease finds out. */
export function coherentCache(
  cache: StaleState,
  time: Pick<Time, 'monotonic' | 'wall'>,
): Coherence & CoherenceListener {
  let appliedEpoch = 0
  /** The last change that was heard of: what was read before it may lack it. */
  let heardEpoch = 0
  /** Goes up whenever the cache was dropped at a doubt: what was being read then belongs to another world. */
  let generation = 0
  let trustedUntil = NEVER
  let hasLease = false

  function doubt(): void {
    trustedUntil = NEVER
    hasLease = false
    generation++
    cache.dropAll()
  }

  return {
    begin(epoch) {
      doubt()
      appliedEpoch = epoch
      heardEpoch = epoch
      hasLease = true
    },
    drop({ epoch, subject }) {
      heardEpoch = Math.max(heardEpoch, epoch)
      dropSubject(cache, subject)
    },
    apply(epoch, subjects) {
      appliedEpoch = epoch
      heardEpoch = Math.max(heardEpoch, epoch)
      if (subjects === null) cache.dropAll()
      else for (const subject of subjects) dropSubject(cache, subject)
    },
    trust(until) {
      trustedUntil = until
    },
    doubt,
    isTrusted: () => time.monotonic() < trustedUntil.monotonic && time.wall() < trustedUntil.wall,
    trustedForMs: () =>
      Math.max(0, Math.min(trustedUntil.monotonic - time.monotonic(), trustedUntil.wall - time.wall())),
    appliedEpoch: () => appliedEpoch,
    beginFill: () => ({ generation }),
    mayKeep: (fill, epoch) => hasLease && fill.generation === generation && epoch >= heardEpoch,
  }
}

const NEVER: Instant = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY }

export interface CoherenceOptions extends Omit<LeaseOptions, 'listener'> {
  readonly cache: StaleState
}

/** Keeps a cache equal to the database, by a lease held in this thread. */
export function keepCoherent({
  cache,
  time = PLATFORM_TIME,
  ...options
}: CoherenceOptions): Coherence & { close(): Promise<void> } {
  const listener = coherentCache(cache, time)
  return { ...listener, close: holdLease({ ...options, time, listener }) }
}
