import type { SessionActor } from '../core/actor.ts'
import type { Secret } from '../core/secret.ts'
import type { Services } from '../services.ts'
import { isSessionAlive, SESSION_TOUCH_MS, sessionDigest } from './session.ts'
import { findSession, touchSession } from './session-store.ts'

/**
 * Who is signed in with this cookie; undefined if nobody is any more. Roles and account state are those of now.
 * "Last seen" is written in passing, now and then; `onTouchFailure` hears if it could not be.
 */
export async function readSession(
  { database, verifier, clock }: Services,
  cookie: Secret,
  onTouchFailure: (error: unknown) => void,
): Promise<SessionActor | undefined> {
  const session = await findSession(database.read, sessionDigest(cookie))
  const now = clock()
  if (session === undefined || !isSessionAlive(session, now)) return undefined
  const account = await verifier.readPrincipal(session.accountId)
  if (account === undefined || account.deactivatedAt !== null) return undefined
  if (now >= session.lastSeenAt + SESSION_TOUCH_MS) {
    database.note('usage', (trx) => touchSession(trx, session.id, now)).catch(onTouchFailure)
  }
  return {
    kind: 'session',
    account,
    permissions: account.permissions,
    sessionId: session.id,
    mustChangePassword: session.mustChangePassword,
    // Of the session's row, which was read first: what was read later is at least as new.
    epoch: session.epoch,
    validUntil: session.expiresAt,
  }
}
