import { ProblemError } from '@ramp/client'
import { messageOf } from '../api/problem-messages.ts'

/** What to say to somebody whose sign-in, or whose current password, was refused. */
export function signInMessageOf(error: unknown): string {
  if (!(error instanceof ProblemError)) return messageOf(error)
  if (error.code === 'too_many_sign_ins') {
    return `Too many failed attempts. Try again ${inAWhile(error.retryAfterSeconds)}.`
  }
  if (error.code === 'sign_in_failed') return 'Username or password is wrong.'
  return error.message
}

function inAWhile(seconds: number | undefined): string {
  if (seconds === undefined) return 'later'
  if (seconds < 60) return `in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  const minutes = Math.ceil(seconds / 60)
  return `in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
}
