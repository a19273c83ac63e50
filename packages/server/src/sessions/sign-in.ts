import { type Context, recordAudit } from '../audit/audit.ts'
import { newId } from '../core/ids.ts'
import { Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { comparisonKey } from '../core/text.ts'
import { findSignInMember, lockAccount, noteSignIn, type SignInMember } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import { cleanClient } from '../verification/last-used.ts'
import { passwordMatches } from './password.ts'
import { newSessionSecret, SESSION_LIFETIME_MS, sessionDigest } from './session.ts'
import { deleteSession, findSession, insertSession } from './session-store.ts'
import { type Attempt, countAttempt, forgiveAttempt } from './sign-in-limits.ts'

interface SignIn {
  readonly username: string
  readonly password: Secret
  /** The session that the browser had until now: a sign-in ends it. */
  readonly formerSession: Secret | undefined
}

/**
 * Opens a session. An unknown username, a wrong password and a deactivated account do the same work and get the same
 * answer. Throws `sign_in_failed` or `too_many_sign_ins`.
 */
export async function signIn(services: Services, context: Context, { username, password, formerSession }: SignIn) {
  const { database } = services
  const { now, address } = context
  const attempt: Attempt = { usernameKey: comparisonKey(username), address, now }
  await countAttempt(services, context, attempt)

  const member = await findSignInMember(database.read, attempt.usernameKey)
  const isRight = await passwordMatches(password, member?.passwordHash)
  if (member === undefined || !isRight || member.deactivatedAt !== null) {
    await database.note('sign-in', (trx) => recordFailure(trx, context, member, isRight))
    throw new Problem('sign_in_failed')
  }

  const secret = newSessionSecret()
  await database.note('sign-in', async (trx) => {
    await lockAccount(trx, member.id)
    const current = await findSignInMember(trx, attempt.usernameKey)
    // Deactivated, or the password changed, while it was being checked.
    if (current?.passwordHash !== member.passwordHash || current.deactivatedAt !== null)
      throw new Problem('sign_in_failed')
    await forgiveAttempt(trx, attempt, member.id)
    const former = formerSession && (await findSession(trx, sessionDigest(formerSession)))
    if (former) await deleteSession(trx, former.id)
    const id = newId()
    await insertSession(trx, {
      id,
      digest: sessionDigest(secret),
      accountId: member.id,
      createdAt: now,
      expiresAt: now + SESSION_LIFETIME_MS,
      address,
      client: cleanClient(context.client),
    })
    await noteSignIn(trx, member.id, now)
    await recordAudit(trx, context, {
      action: 'session.created',
      by: member,
      target: { type: 'session', id },
    })
  })
  return { secret, accountId: member.id, mustChangePassword: member.mustChangePassword }
}

/** A username that nobody has is not written down: it may be a password typed into the wrong field. */
function recordFailure(
  trx: Parameters<typeof recordAudit>[0],
  context: Context,
  member: SignInMember | undefined,
  isRight: boolean,
): Promise<void> {
  const reason = member === undefined ? 'unknown username' : isRight ? 'account deactivated' : 'wrong password'
  return recordAudit(trx, context, {
    action: 'session.failed',
    outcome: 'refused',
    ...(member && { target: { type: 'member' as const, id: member.id } }),
    detail: { reason },
  })
}
