/** Those who wait until this process has seen a change later than one they know: the long polls of verifiers elsewhere. */
export class ChangeWaiters {
  readonly #waiters = new Set<{ readonly epoch: number; readonly resolve: () => void }>()

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when `seen` is told of a later epoch, and after `ms` in any case. */
  wait(epoch: number, ms: number): Promise<void> {
    return new Promise((done) => {
      const waiter = {
        epoch,
        resolve: () => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          done()
        },
      }
      const timer = setTimeout(waiter.resolve, ms)
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
