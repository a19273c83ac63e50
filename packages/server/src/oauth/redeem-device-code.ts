import type { Context } from '../audit/audit.ts'
import { authorized } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { ProblemCode } from '../core/problem-catalogue.ts'
import type { Secret } from '../core/secret.ts'
import { lockAccount } from '../members/member-store.ts'
import { holdPolicy } from '../policy/policy-store.ts'
import type { Services } from '../services.ts'
import type { Transaction } from '../storage/database.ts'
import { createTokenIn } from '../tokens/create-token.ts'
import { freeTokenName } from '../tokens/free-token-name.ts'
import type { Token } from '../tokens/token.ts'
import {
  codeDigest,
  type DeviceAuthorization,
  deviceStatus,
  deviceTokenEnd,
  isPolledTooSoon,
  POLL_INTERVAL_MS,
} from './device-authorization.ts'
import { findByDeviceCode, notePoll, setRedeemed } from './device-authorization-store.ts'

export interface RedeemedDevice {
  readonly token: Token
  readonly secret: Secret
  /** What the token may do now. */
  readonly permissions: readonly string[]
}

/**
 * A poll of the program that holds the device code (RFC 8628 §3.4). Once approved, the code is used up and a personal
 * access token of whoever approved is made, in one transaction, named after the machine. Throws `invalid_grant`,
 * `expired_token`, `access_denied`, `authorization_pending`, `slow_down`, and what `createToken` throws where the policy
 * has changed since the approval.
 */
export async function redeemDeviceCode(
  services: Services,
  context: Context,
  deviceCode: Secret,
): Promise<RedeemedDevice> {
  const { database, verifier, catalogue, clock } = services
  const { now } = context
  const digest = codeDigest(deviceCode)
  const polled = await database.note('device-poll', (trx) => poll(trx, digest, now))
  if (typeof polled === 'string') throw new Problem(polled)

  const account = polled.decidedBy === null ? undefined : await verifier.readPrincipal(polled.decidedBy)
  if (account === undefined || account.deactivatedAt !== null) throw new Problem('access_denied')
  const isHeld = (permission: string) => account.permissions.has(permission)
  const permissions = polled.permissions?.filter(isHeld) ?? null
  if (permissions?.length === 0) throw new Problem('access_denied')
  // The token is made on the authority of the session that approved it, from where the program is.
  const actor: SessionActor = {
    kind: 'session',
    account,
    permissions: account.permissions,
    sessionId: polled.decidedIn ?? '',
    mustChangePassword: false,
    ...NEVER_CURRENT,
  }
  const refuse = () => new Problem('access_denied')
  const approval = authorized({ ...context, actor }, { catalogue, clock, refuse })
  const created = await database.write(approval, async (trx) => {
    if (!(await setRedeemed(trx, polled.id, now))) throw new Problem('invalid_grant')
    await lockAccount(trx, account.id)
    const expiresAt = deviceTokenEnd(await holdPolicy(trx, database.engine), now)
    return createTokenIn(services, trx, approval, actor, account, {
      name: await freeTokenName(trx, account.id, polled.deviceName, now),
      expiresAt,
      permissions,
      allowedAddresses: null,
      origin: { deviceAuthorizationId: polled.id },
    })
  })
  return { ...created, permissions: permissions ?? [...account.permissions].sort() }
}

/** The session approved some time ago, so whether it still counts is read in any case. */
const NEVER_CURRENT = { epoch: -1, validUntil: 0 }

/** What a poll finds. It counts, whatever it finds; an approved code is not used up here. */
async function poll(trx: Transaction, digest: Uint8Array, now: number): Promise<DeviceAuthorization | ProblemCode> {
  const device = await findByDeviceCode(trx, digest)
  if (device === undefined) return 'invalid_grant'
  const isTooSoon = isPolledTooSoon(device, now)
  await notePoll(trx, device.id, device.intervalMs + (isTooSoon ? POLL_INTERVAL_MS : 0), now)
  switch (deviceStatus(device, now)) {
    case 'redeemed':
      return 'invalid_grant'
    case 'expired':
      return 'expired_token'
    case 'denied':
      return 'access_denied'
    case 'pending':
      return isTooSoon ? 'slow_down' : 'authorization_pending'
    case 'approved':
      return isTooSoon ? 'slow_down' : device
  }
}
