import { problemOf } from '@ramp/client'
import { expect, test } from 'vitest'
import { formErrorsOf, messageOf } from '../src/api/problem-messages.ts'
import { sessionAfter } from '../src/session/session-query.ts'

const refusal = (problem: object, status = 400, headers = {}) =>
  problemOf(
    { type: 'x', title: 'Refused.', status, requestId: 'r', ...problem },
    new Response(null, { status, headers }),
  )

test('a refused field is said beside it, and not again above the form', () => {
  const errors = [{ field: 'name', code: 'name_taken', message: 'Taken.' }]
  expect(formErrorsOf(refusal({ code: 'token_name_taken', errors }, 409), ['name'])).toEqual({
    fields: { name: 'Taken.' },
    message: undefined,
  })
})

test('one of a list belongs to the list; a field the form does not have is said above it', () => {
  const errors = [
    { field: 'permissions.3', code: 'permission_not_held', message: 'Not yours.' },
    { field: 'other', code: 'x', message: 'Bad.' },
  ]
  expect(formErrorsOf(refusal({ code: 'validation_failed', errors }), ['permissions'])).toEqual({
    fields: { permissions: 'Not yours.' },
    message: 'Refused. other: Bad.',
  })
})

test('an answer that is no problem, such as a proxy’s page, means that the server was not reached', () => {
  const error = problemOf('<html>Bad gateway</html>', new Response(null, { status: 502 }))
  expect(error.code).toBe('unreachable')
  expect(messageOf(error)).toMatch(/cannot be reached/)
})

test('only the end of a session ends it on the page', () => {
  expect(sessionAfter(refusal({ code: 'session_ended' }, 401))?.state).toBe('signed-out')
  expect(sessionAfter(refusal({ code: 'password_change_required' }, 403))?.state).toBe('password-change')
  expect(sessionAfter(refusal({ code: 'sign_in_failed' }, 401))).toBeUndefined()
  expect(sessionAfter(refusal({ code: 'storage_unavailable' }, 503))).toBeUndefined()
})

test('how long a throttled sign-in has to wait is read from the answer', () => {
  expect(refusal({ code: 'too_many_sign_ins' }, 429, { 'retry-after': '840' }).retryAfterSeconds).toBe(840)
})
