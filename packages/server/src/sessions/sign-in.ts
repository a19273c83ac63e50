import { hash } from 'node:crypto'
import { type Context, recordAudit } from '../audit/audit.ts'
import type { RefusalKind } from '../audit/refusal-recorder.ts'
import { newId } from '../core/ids.ts'
import { Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { findSignInMember, lockAccount, noteSignIn, type SignInMember, signInKeyOf } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import { cleanClient } from '../verification/last-used.ts'
import { newDeviceSecret, rememberDevice, trustedDevice } from './device-store.ts'
import { passwordMatches } from './password.ts'
import { type PasswordPlace, passwordPlaces } from './password-places.ts'
import { newSessionSecret, SESSION_LIFETIME_MS, sessionDigest } from './session.ts'
import { deleteSession, findSession, insertSession } from './session-store.ts'
import { type Attempt, countAttempt, forgiveAttempt } from './sign-in-limits.ts'

interface SignIn {
  readonly username: string
  readonly password: Secret
  /** The sessions that the browser had until now: a sign-in ends them. */
  readonly formerSessions: readonly Secret[]
  /** What the browser was given at its last sign-in. */
  readonly device: Secret | undefined
}

/**
 * Opens a session. An unknown username, a wrong password and a deactivated account do the same work and get the same
 * answer. Throws `sign_in_failed`, `too_many_sign_ins` or, before anything is counted, `server_busy`.
 */
export async function signIn(services: Services, context: Context, { username, device, ...credentials }: SignIn) {
  const { address, now } = context
  const usernameKey = await signInKeyOf(services.database.read, username)
  const trusted = device && (await trustedDevice(services.database.read, device, usernameKey, now))
  const attempt: Attempt = { usernameKey, address, now, trusted }
  return passwordPlaces.hold(trusted ? 'known' : 'stranger', (place) =>
    signInWith(services, context, attempt, { ...credentials, device, place }),
  )
}

interface Credentials extends Omit<SignIn, 'username'> {
  readonly place: PasswordPlace
}

async function signInWith(
  services: Services,
  context: Context,
  attempt: Attempt,
  { password, formerSessions, device, place }: Credentials,
) {
  const { database } = services
  const { now, address } = context
  await countAttempt(services, context, attempt)

  const member = await findSignInMember(database.read, attempt.usernameKey)
  const isRight = await passwordMatches(password, member?.passwordHash, place)
  if (member === undefined || !isRight || member.deactivatedAt !== null) {
    // Apart by the name, whether or not anybody has it: otherwise the time of a write would tell which names exist.
    const apart = hash('sha256', attempt.usernameKey)
    await services.refusals.record(context, failureOf(member, isRight), { apart })
    throw new Problem('sign_in_failed')
  }

  const secret = newSessionSecret()
  const newDevice = newDeviceSecret()
  await database.note('sign-in', async (trx) => {
    await lockAccount(trx, member.id)
    const current = await findSignInMember(trx, attempt.usernameKey)
    // Deactivated, or the password changed, while it was being checked.
    if (current?.passwordHash !== member.passwordHash || current.deactivatedAt !== null)
      throw new Problem('sign_in_failed')
    await forgiveAttempt(trx, attempt, member.id)
    await rememberDevice(trx, { former: device, secret: newDevice, accountId: member.id, now })
    for (const each of formerSessions) {
      const former = await findSession(trx, database.engine, sessionDigest(each))
      if (former) await deleteSession(trx, former.id)
    }
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
  return { secret, device: newDevice, accountId: member.id, mustChangePassword: member.mustChangePassword }
}

/** A username that nobody has is not written down: it may be a password typed into the wrong field. */
function failureOf(member: SignInMember | undefined, isRight: boolean): RefusalKind {
  const reason = member === undefined ? 'unknown username' : isRight ? 'account deactivated' : 'wrong password'
  return {
    action: 'session.failed',
    ...(member && { target: { type: 'member' as const, id: member.id } }),
    detail: { reason },
  }
}
