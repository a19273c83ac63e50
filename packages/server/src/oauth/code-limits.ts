import { Problem } from '../core/problem.ts'
import { countAttemptFor, freeInSeconds, network, takeBackAttempt } from '../sessions/attempt-counter.ts'
import type { Transaction } from '../storage/database.ts'

/**
 * How often in 15 minutes somebody may ask for codes, or type ones that nobody has. With 20^8 codes, of which a few
 * are open at a time, a guess is hopeless at these rates; a person who mistypes is not held up.
 */
const LIMITS = { asked: 30, guessedInSession: 10, guessedFromAddress: 30 } as const

/** Counts a program that asks for codes: nobody is known yet, so by the address. Throws `too_many_codes`. */
export async function countRequest(trx: Transaction, address: string, now: number): Promise<void> {
  await count(trx, `codes-asked:${network(address)}`, LIMITS.asked, now)
}

interface Guess {
  readonly sessionId: string
  readonly address: string
  readonly now: number
}

/**
 * Counts a code that is typed, before it is looked up, so that many at once cannot slip through together; one that is
 * right takes it back. Throws `too_many_codes`.
 */
export async function countGuess(trx: Transaction, { sessionId, address, now }: Guess): Promise<void> {
  await count(trx, guessedIn(sessionId), LIMITS.guessedInSession, now)
  await count(trx, guessedFrom(address), LIMITS.guessedFromAddress, now)
}

export async function takeBackGuess(trx: Transaction, { sessionId, address }: Guess): Promise<void> {
  await takeBackAttempt(trx, guessedIn(sessionId))
  await takeBackAttempt(trx, guessedFrom(address))
}

const guessedIn = (sessionId: string) => `code-session:${sessionId}`
const guessedFrom = (address: string) => `code-address:${network(address)}`

async function count(trx: Transaction, scope: string, limit: number, now: number): Promise<void> {
  const { failures, windowStartedAt } = await countAttemptFor(trx, scope, now)
  if (failures <= limit) return
  throw new Problem('too_many_codes', { headers: { 'retry-after': freeInSeconds(windowStartedAt, now) } })
}
