import { expect, test } from 'vitest'
import { formatUtc, relativeTime } from '../src/app/time.ts'

const NOW = Date.parse('2026-07-29T12:00:00Z')

test.each([
  ['2026-07-29T11:59:40Z', 'just now'],
  ['2026-07-29T12:00:20Z', 'in less than a minute'],
  ['2026-07-29T11:57:00Z', '3 minutes ago'],
  ['2026-07-29T10:00:00Z', '2 hours ago'],
  ['2026-07-28T00:00:00Z', '36 hours ago'],
  ['2026-08-28T23:59:59Z', 'in 30 days'],
  ['2026-10-26T23:59:59Z', 'in 89 days'],
  ['2027-07-29T23:59:59Z', 'in 12 months'],
  ['2030-07-29T23:59:59Z', 'in 4 years'],
])('%s is %s', (at, text) => {
  expect(relativeTime(Date.parse(at), NOW)).toBe(text)
})

test('an expiration is written in UTC, whatever the zone of the reader', () => {
  expect(formatUtc(Date.parse('2026-08-28T23:59:59.999Z'))).toBe('28 Aug 2026, 23:59 UTC')
})
