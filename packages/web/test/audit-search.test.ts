import { expect, test } from 'vitest'
import { readAuditSearch, toEventQuery } from '../src/audit/audit-search.ts'

test('the address of the audit page keeps what it knows, and drops the rest', () => {
  const search = {
    actor: 'ada',
    action: 'token.',
    outcome: 'refused',
    from: '2026-11-24',
    targetType: 'group',
    targetId: 'x',
  }
  expect(readAuditSearch({ ...search, page: '2' })).toEqual(search)
  expect(readAuditSearch({ actor: ' ', action: 'Token', outcome: 'maybe', from: 'today', to: '2026-99-99' })).toEqual(
    {},
  )
})

test('a token pasted as who did it leaves only its public part', () => {
  expect(readAuditSearch({ actor: `ramp_pat_A1b2C3d4E5f6${'x'.repeat(38)}` })).toEqual({ actor: 'A1b2C3d4E5f6' })
})

test('the last day is searched to its end', () => {
  const { from = '', to = '' } = toEventQuery({ from: '2026-11-24', to: '2026-11-24' })
  expect(Date.parse(to) - Date.parse(from)).toBe(24 * 3_600_000)
})
