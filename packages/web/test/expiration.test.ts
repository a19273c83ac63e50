import { expect, test } from 'vitest'
import {
  customDateProblem,
  defaultExpiration,
  expirationDate,
  expirationOptions,
  latestDate,
} from '../src/tokens/expiration.ts'

const NOW = Date.parse('2026-07-29T22:30:00Z')

test('each choice says the date it comes to', () => {
  expect(expirationOptions(NOW).map(({ label }) => label)).toEqual([
    '7 days (5 Aug 2026)',
    '30 days (28 Aug 2026)',
    '60 days (27 Sept 2026)',
    '90 days (27 Oct 2026)',
    '1 year (29 Jul 2027)',
    'Custom date…',
    'No expiration',
  ])
})

test('the date that is sent is the date that was shown', () => {
  expect(expirationDate('7', '', NOW)).toBe('2026-08-05')
  expect(expirationDate('year', '', NOW)).toBe('2027-07-29')
  expect(expirationDate('custom', '2026-12-31', NOW)).toBe('2026-12-31')
  expect(expirationDate('none', '2026-12-31', NOW)).toBeNull()
})

test('today still counts, yesterday and no date do not', () => {
  expect(customDateProblem('2026-07-29', NOW)).toBeNull()
  expect(customDateProblem('2026-07-28', NOW)).toMatch(/not over yet/)
  expect(customDateProblem('', NOW)).toMatch(/Choose a date/)
})

test('a policy preselects its preset, and longer choices say why they cannot be had', () => {
  const rules = { maximumLifetimeDays: 60, expirationRequired: false, defaultLifetimeDays: 45 }
  expect(defaultExpiration(rules)).toBe('policy')
  expect(expirationOptions(NOW, rules).map(({ label, disabled = false }) => `${label} ${disabled}`)).toEqual([
    '45 days (12 Sept 2026) false',
    '7 days (5 Aug 2026) false',
    '30 days (28 Aug 2026) false',
    '60 days (27 Sept 2026) false',
    '90 days (longer than the policy allows) true',
    '1 year (longer than the policy allows) true',
    'Custom date… false',
  ])
  expect(customDateProblem('2026-09-28', NOW, latestDate(rules, NOW))).toMatch(/27 Sept 2026 at the latest/)
  expect(defaultExpiration({ ...rules, defaultLifetimeDays: null })).toBe('30')
  expect(expirationDate('policy', '', NOW, { ...rules, defaultLifetimeDays: null, maximumLifetimeDays: 5 })).toBe(
    '2026-08-03',
  )
})
