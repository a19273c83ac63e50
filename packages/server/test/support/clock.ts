import type { Clock } from '../../src/core/clock.ts'

/** A clock that runs as the real one does and can be put forward: what takes days is tested in milliseconds. */
export interface AdjustableClock extends Clock {
  advance(ms: number): void
}

export function adjustableClock(): AdjustableClock {
  let ahead = 0
  return Object.assign(() => Date.now() + ahead, {
    advance(ms: number) {
      ahead += ms
    },
  })
}
