/** The wall clock: epoch milliseconds. A function, so that tests can hand in their own. */
export type Clock = () => number

export const systemClock: Clock = Date.now

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** RFC 3339 in UTC with milliseconds, the one form instants take in answers. */
export function toInstant(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** As {@link toInstant}; null stays null ("never", "not yet"). */
export function toInstantOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toInstant(epochMs)
}
