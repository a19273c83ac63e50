import { expect, test } from 'vitest'
import { nextSort, readTokenSearch, withoutSecret } from '../src/tokens/token-search.ts'

test('the address of the list keeps what differs from the usual, and drops what it does not know', () => {
  expect(readTokenSearch({ status: 'revoked', q: 'db1', sort: 'name' })).toEqual({
    status: 'revoked',
    q: 'db1',
    sort: 'name',
  })
  expect(readTokenSearch({ status: 'active', q: '', sort: '-createdAt' })).toEqual({})
  expect(readTokenSearch({ status: 'gone', q: 7, sort: 'digest', page: '2' })).toEqual({})
})

test('a whole token pasted into the search leaves only its public part', () => {
  const secret = `ramp_pat_A1b2C3d4E5f6${'x'.repeat(38)}`
  expect(withoutSecret(secret)).toBe('A1b2C3d4E5f6')
  expect(withoutSecret(`  Authorization: Bearer ${secret}`)).toBe('A1b2C3d4E5f6')
  expect(withoutSecret(`export RAMP_TOKEN=acme2_sat_${secret.slice(9)} # prod`)).toBe('A1b2C3d4E5f6')
  expect(readTokenSearch({ q: secret })).toEqual({ q: 'A1b2C3d4E5f6' })
})

test('and so does one that stands far back in a long text', () => {
  const secret = `ramp_pat_A1b2C3d4E5f6${'x'.repeat(38)}`
  for (const before of [0, 40, 80, 95]) {
    expect(withoutSecret(`${'z'.repeat(before)} ${secret}`)).toBe('A1b2C3d4E5f6')
  }
})

test('the public name of a token, as the list shows it, finds it', () => {
  expect(withoutSecret('ramp_pat_A1b2C3d4E5f6…')).toBe('A1b2C3d4E5f6')
})

test('an ordinary search stays as it is', () => {
  expect(withoutSecret(' nightly backup ')).toBe('nightly backup')
})

test('a column is ordered its natural way first, then turned round', () => {
  expect(nextSort('-createdAt', 'name')).toBe('name')
  expect(nextSort('name', 'name')).toBe('-name')
  expect(nextSort('-name', 'name')).toBe('name')
  expect(nextSort('name', 'lastUsedAt')).toBe('-lastUsedAt')
  expect(nextSort('-lastUsedAt', 'lastUsedAt')).toBe('lastUsedAt')
})
