/** Times as people read them. Every function takes `now` or is told the instant: nothing here looks at the clock. */

export { relativeTime } from '@ramp/client/relative-time'

export const DAY_MS = 86_400_000

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
