import { PLATFORM_TIME, type Time } from '@ramp/verifier/coherence'

/** Those who wait until this process has seen a change later than one they know: the long polls of verifiers elsewhere. */
export class ChangeWaiters {
  readonly #waiters = new Set<{ readonly epoch: number; readonly resolve: () => void }>()
  readonly #startTimer: Time['startTimer']

  constructor(startTimer = PLATFORM_TIME.startTimer) {
    this.#startTimer = startTimer
  }

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when `seen` is told of a later epoch, and after `ms` in any case. */
  wait(epoch: number, ms: number): Promise<void> {
    return new Promise((done) => {
      const waiter = {
        epoch,
        resolve: () => {
          giveUp()
          this.#waiters.delete(waiter)
          done()
        },
      }
      const giveUp = this.#startTimer(ms, waiter.resolve)
      this.#waiters.add(waiter)
    })
  }

  seen(epoch: number): void {
    for (const waiter of this.#waiters) if (waiter.epoch < epoch) waiter.resolve()
  }

  /** Nobody waits any longer. */
  close(): void {
    this.seen(Number.POSITIVE_INFINITY)
  }
}
