import type { Clock } from '../../src/core/clock.ts'

/** A clock that runs as the real one does and can be put forward: what takes days is tested in milliseconds. */
export interface AdjustableClock extends Clock {
  advance(ms: number): void
  /** Puts it forward to an instant. A stopped clock then shows exactly that. */
  advanceTo(instant: number): void
  /** Stops it for the time of `act`: only `advance` moves it. Tests of a limit hit its very millisecond. */
  standingStill<Result>(act: () => Promise<Result>): Promise<Result>
}

export function adjustableClock(): AdjustableClock {
  let ahead = 0
  let stoppedAt: number | undefined
  const now = () => stoppedAt ?? Date.now() + ahead

  function advance(ms: number): void {
    ahead += ms
    if (stoppedAt !== undefined) stoppedAt += ms
  }

  return Object.assign(now, {
    advance,
    advanceTo: (instant: number) => advance(instant - now()),
    async standingStill<Result>(act: () => Promise<Result>): Promise<Result> {
      stoppedAt = now()
      try {
        return await act()
      } finally {
        ahead = stoppedAt - Date.now()
        stoppedAt = undefined
      }
    },
  })
}
