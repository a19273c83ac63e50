import { DAY_MS } from '../core/clock.ts'
import { fieldProblem } from '../core/problem.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/

/**
 * Reads `expiresAt`: an instant (RFC 3339), or a date, which means the last millisecond of that day in UTC. Null or
 * absent: no expiration. Returns epoch milliseconds. Throws `validation_failed` for what is neither or not after `now`.
 */
export function parseExpiration(text: string | null | undefined, now: number): number | null {
  if (text === null || text === undefined) return null
  const expiresAt = DATE.test(text) ? endOfDay(text) : INSTANT.test(text) ? instant(text) : Number.NaN
  if (Number.isNaN(expiresAt)) {
    const message = 'Give a date (2027-01-31) or an instant with an offset (2027-01-31T12:00:00Z).'
    throw fieldProblem('validation_failed', 'expiresAt', message, 'not_an_instant')
  }
  if (expiresAt <= now) {
    throw fieldProblem('validation_failed', 'expiresAt', 'The expiration must be in the future.', 'not_in_future')
  }
  return expiresAt
}

function endOfDay(date: string): number {
  return instant(`${date}T00:00:00Z`) + DAY_MS - 1
}

/** RFC 3339 has four digits for the year. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** `Date.parse` turns February 30th into March 2nd; a calendar that exists gives its own day back. */
function instant(text: string): number {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number]
  const isCalendarDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12
  const epochMs = isCalendarDay && year >= 1000 ? Date.parse(text.toUpperCase()) : Number.NaN
  return epochMs <= LAST_INSTANT ? epochMs : Number.NaN
}
