import { hash } from 'node:crypto'
import { type Context, recordAudit } from '../audit/audit.ts'
import { DAY_MS } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { findSignInMember } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import type { Transaction } from '../storage/database.ts'
import { countAttemptFor, freeInSeconds, network, takeBackAttempt, WINDOW_MS } from './attempt-counter.ts'

/**
 * Guessing passwords is slowed down without handing an attacker the means to lock somebody out: failures are counted
 * for the pair of account and address, for the address, and for the account from addresses that are new to it. An
 * address from which the owner has signed in lately is only held up by its own failures.
 *
 * An attempt is counted before the password is checked and forgiven when it was right, so that many at once cannot
 * slip through together.
 */
const LIMITS = { pair: 10, address: 50, account: 100 } as const

/** How long an address counts as one of the owner's after a sign-in from it. */
const KNOWN_ADDRESS_MS = 90 * DAY_MS

export interface Attempt {
  /** `comparisonKey` of the username that was typed, whether or not there is such a member. */
  readonly usernameKey: string
  readonly address: string
  readonly now: number
}

/**
 * Counts an attempt. Throws `too_many_sign_ins`, and so leaves the counts as they were, if there were too many. The
 * first that is turned away leaves an audit event, once a scope and window: an attacker cannot fill the table.
 */
export async function countAttempt({ database }: Services, context: Context, attempt: Attempt): Promise<void> {
  try {
    await database.note('sign-in', (trx) => count(trx, attempt))
  } catch (error) {
    if (!(error instanceof TooMany)) throw error
    if (!error.isRecorded) await database.note('sign-in', (trx) => recordRefusal(trx, context, attempt, error))
    throw new Problem('too_many_sign_ins', {
      headers: { 'retry-after': freeInSeconds(error.windowStartedAt, attempt.now) },
    })
  }
}

/** Ends the transaction of an attempt that is one too many. */
class TooMany extends Error {
  readonly scope: string
  readonly windowStartedAt: number
  readonly isRecorded: boolean

  constructor(scope: string, windowStartedAt: number, isRecorded: boolean) {
    super('Too many sign-ins.')
    this.scope = scope
    this.windowStartedAt = windowStartedAt
    this.isRecorded = isRecorded
  }
}

async function count(trx: Transaction, attempt: Attempt): Promise<void> {
  for (const { scope, limit } of scopesOf(attempt, await isKnownAddress(trx, attempt))) {
    const { failures, windowStartedAt, isRecorded } = await countAttemptFor(trx, scope, attempt.now)
    if (failures > limit) throw new TooMany(scope, windowStartedAt, isRecorded)
  }
}

async function recordRefusal(trx: Transaction, context: Context, attempt: Attempt, refusal: TooMany): Promise<void> {
  const { scope, windowStartedAt } = refusal
  const marked = await trx
    .updateTable('sign_in_failure')
    .set({ refusal_recorded_at: attempt.now })
    .where('scope', '=', scope)
    .where('window_started_at', '=', windowStartedAt)
    .where('refusal_recorded_at', 'is', null)
    .executeTakeFirst()
  if (marked.numUpdatedRows === 0n) return
  const [counted = ''] = scope.split(':', 1)
  // Failures of one address are about whoever it tries; the others are about one account.
  const member = counted === 'address' ? undefined : await findSignInMember(trx, attempt.usernameKey)
  await recordAudit(trx, context, {
    action: 'session.throttled',
    outcome: 'refused',
    ...(member && { target: { type: 'member' as const, id: member.id } }),
    detail: { counted, until: windowStartedAt + WINDOW_MS },
  })
}

/** After a right password: forgives the pair, takes this attempt back elsewhere, and remembers the address. */
export async function forgiveAttempt(trx: Transaction, attempt: Attempt, accountId: string): Promise<void> {
  for (const { scope, isForgiven } of scopesOf(attempt, await isKnownAddress(trx, attempt))) {
    await takeBackAttempt(trx, scope, isForgiven)
  }
  await trx
    .insertInto('sign_in_address')
    .values({ account_id: accountId, address: network(attempt.address), last_at: attempt.now })
    .onConflict((conflict) => conflict.columns(['account_id', 'address']).doUpdateSet({ last_at: attempt.now }))
    .execute()
}

/** Removes counts whose window is over and addresses not seen for long; nothing depends on when this runs. */
export async function deleteOldAttempts(trx: Transaction, now: number): Promise<void> {
  await trx
    .deleteFrom('sign_in_failure')
    .where('window_started_at', '<=', now - WINDOW_MS)
    .execute()
  await trx
    .deleteFrom('sign_in_address')
    .where('last_at', '<=', now - KNOWN_ADDRESS_MS)
    .execute()
}

function scopesOf({ usernameKey, address }: Attempt, isKnown: boolean) {
  const from = network(address)
  // Hashed: what was typed as a username may be a password in the wrong field, and is stored nowhere as it stands.
  const who = hash('sha256', usernameKey, 'base64url')
  const scopes = [
    { scope: `pair:${from}:${who}`, limit: LIMITS.pair, isForgiven: true },
    { scope: `address:${from}`, limit: LIMITS.address, isForgiven: false },
  ]
  return isKnown ? scopes : [...scopes, { scope: `account:${who}`, limit: LIMITS.account, isForgiven: false }]
}

async function isKnownAddress(trx: Transaction, { usernameKey, address, now }: Attempt): Promise<boolean> {
  const row = await trx
    .selectFrom('sign_in_address')
    .innerJoin('account', 'account.id', 'sign_in_address.account_id')
    .select('last_at')
    .where('username_key', '=', usernameKey)
    .where('address', '=', network(address))
    .where('last_at', '>', now - KNOWN_ADDRESS_MS)
    .executeTakeFirst()
  return row !== undefined
}
