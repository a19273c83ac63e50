/** Times as people read them. Every function takes `now` or is told the instant: nothing here looks at the clock. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
const MONTH_MS = 30 * DAY_MS
const YEAR_MS = 365 * DAY_MS

const UNITS = [
  ['year', YEAR_MS, 2 * YEAR_MS],
  ['month', MONTH_MS, 3 * MONTH_MS],
  ['day', DAY_MS, 2 * DAY_MS],
  ['hour', HOUR_MS, HOUR_MS],
  ['minute', MINUTE_MS, MINUTE_MS],
] as const

const relative = new Intl.RelativeTimeFormat('en')

/** "3 minutes ago", "in 30 days". Days and months go on until the next unit says it well: 45 days, not 1 month. */
export function relativeTime(at: number, now: number): string {
  const distanceMs = at - now
  const unit = UNITS.find(([, , fromMs]) => Math.abs(distanceMs) >= fromMs)
  if (unit === undefined) return distanceMs > 0 ? 'in less than a minute' : 'just now'
  const [name, unitMs] = unit
  return relative.format(Math.trunc(distanceMs / unitMs), name)
}

// Day before month in letters: read the same way everywhere, unlike 7/8/2026.
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const utcDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const utcTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })
const exact = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})

/** "29 Jul 2026", on this clock's zone. */
export const formatDate = (at: number): string => date.format(at)

/** "14:03", on this clock's zone. */
export const formatTime = (at: number): string => time.format(at)

/** "29 Jul 2026, 14:03:22 CEST": nothing left to guess. */
export const formatExact = (at: number): string => exact.format(at)

/** "28 Aug 2026" for an instant or a date such as 2026-08-28, in UTC: the day that an expiration names. */
export const formatUtcDate = (at: number | string): string =>
  utcDate.format(typeof at === 'string' ? Date.parse(at) : at)

/** "28 Aug 2026, 23:59 UTC". */
export const formatUtc = (at: number): string => `${utcDate.format(at)}, ${utcTime.format(at)} UTC`
