import { expect, test } from 'vitest'
import { readReturnPath } from '../src/session/return-path.ts'

test.each(['/_settings/tokens', '/_settings/tokens?status=revoked&sort=name', '/_admin/groups'])(
  'a sign-in comes back to a page of ours: %s',
  (next) => {
    expect(readReturnPath(next)).toEqual({ next })
  },
)

test.each([
  'https://evil.example/',
  '//evil.example/_settings',
  '/_\\..\\\\evil.example',
  '/_/..//evil.example',
  '/_settings/../..//evil.example',
  'javascript:alert(1)',
  '/login',
  '/api/v1/session',
  '',
  undefined,
  ['/_settings/tokens'],
])('and to nothing else: %s', (next) => {
  expect(readReturnPath(next)).toEqual({})
})
