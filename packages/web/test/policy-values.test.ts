import { ProblemError } from '@ramp/client'
import { expect, test } from 'vitest'
import { differences, fieldErrorsOf, toInput, toValues } from '../src/policy/policy-values.ts'

const RULES = {
  maximumLifetimeDays: 90,
  expirationRequired: false,
  defaultLifetimeDays: null,
  tokensPerAccount: null,
  endUnusedAfterDays: null,
  allowedAddresses: ['10.0.0.0/8', '2001:db8::/32'],
}
const POLICY = {
  pat: { ...RULES, creation: { roles: ['SuperUser'] } },
  service: { ...RULES, allowedAddresses: null },
  reactivation: { tokens: 'restore', days: 30 },
  passwordChange: { tokens: 'keep' },
} as const
const read = () =>
  structuredClone({ ...POLICY, updatedAt: null, updatedBy: null }) as unknown as Parameters<typeof toValues>[0]

test('what is read and not touched is what is saved', () => {
  expect(toInput(toValues(read()))).toEqual(POLICY)
})

test('empty fields are no rules, addresses come by line, comma or blank', () => {
  const values = toValues(read())
  const pat = {
    ...values.pat,
    maximumLifetimeDays: '',
    creation: 'nobody',
    allowedAddresses: ' 10.0.0.1,\n10.0.0.2 ',
  } as const
  expect(toInput({ ...values, pat }).pat).toMatchObject({
    maximumLifetimeDays: null,
    creation: 'nobody',
    allowedAddresses: ['10.0.0.1', '10.0.0.2'],
  })
})

test('a refusal stands at the field of the form', () => {
  const fields = [
    { field: 'pat.allowedAddresses.1', code: 'not_an_address_range', message: 'Give addresses.' },
    { field: 'pat.creation.roles.0', code: 'unknown_role', message: 'No such role.' },
    { field: 'service.defaultLifetimeDays', code: 'longer_than_maximum', message: 'Longer.' },
  ]
  expect(fieldErrorsOf(new ProblemError({ code: 'validation_failed', status: 400, message: '', fields }))).toEqual({
    'pat.allowedAddresses': 'Give addresses.',
    'pat.roles': 'No such role.',
    'service.defaultLifetimeDays': 'Longer.',
  })
})

test('two policies differ in words', () => {
  const other = { ...read(), service: { ...RULES, allowedAddresses: null, tokensPerAccount: 3 } }
  expect(differences(toInput(toValues(read())), other)).toEqual(['service tokens: tokens per account'])
})
