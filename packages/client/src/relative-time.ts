const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MONTH_MS = 30 * DAY_MS
const YEAR_MS = 365 * DAY_MS

/** The unit, its length, and from which distance on it says it well: 45 days, not 1 month. */
const UNITS = [
  ['year', YEAR_MS, 2 * YEAR_MS],
  ['month', MONTH_MS, 3 * MONTH_MS],
  ['day', DAY_MS, 2 * DAY_MS],
  ['hour', HOUR_MS, HOUR_MS],
  ['minute', MINUTE_MS, MINUTE_MS],
] as const

const relative = new Intl.RelativeTimeFormat('en')

/** "3 minutes ago", "in 30 days": how pages and the command line say an instant. Both are epoch milliseconds. */
export function relativeTime(at: number, now: number): string {
  const distanceMs = at - now
  const unit = UNITS.find(([, , fromMs]) => Math.abs(distanceMs) >= fromMs)
  if (unit === undefined) return distanceMs > 0 ? 'in less than a minute' : 'just now'
  const [name, unitMs] = unit
  return relative.format(Math.trunc(distanceMs / unitMs), name)
}
