import { expect, test } from 'vitest'
import { displayId, type Token } from '../src/tokens/token.ts'

test('a token is shown by the prefix of its server, its kind and its public id', () => {
  expect(displayId({ id: 'A1b2C3d4E5f6', kind: 'pat' } as Token, 'ramp')).toBe('ramp_pat_A1b2C3d4E5f6…')
  expect(displayId({ id: 'A1b2C3d4E5f6', kind: 'service' } as Token, 'acme')).toBe('acme_sat_A1b2C3d4E5f6…')
})
