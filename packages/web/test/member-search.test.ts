import { expect, test } from 'vitest'
import { readMemberSearch } from '../src/members/member-search.ts'

test('the address of the members keeps a known status and a search, and drops the rest', () => {
  expect(readMemberSearch({ status: 'deactivated', q: 'mia' })).toEqual({ status: 'deactivated', q: 'mia' })
  expect(readMemberSearch({ status: 'all', q: '', page: '2' })).toEqual({})
})

test('a token pasted into the search of members leaves only its public part', () => {
  expect(readMemberSearch({ q: `ramp_pat_A1b2C3d4E5f6${'x'.repeat(38)}` })).toEqual({ q: 'A1b2C3d4E5f6' })
})
