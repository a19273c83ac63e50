import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { holdPolicy } from '../policy/policy-store.ts'
import { assertBelowLimit, assertMayCreate } from '../policy/restrict-new-token.ts'
import type { Services } from '../services.ts'
import { narrowingOf } from '../tokens/narrowing.ts'
import { setDecided } from './device-authorization-store.ts'
import { findDeviceAuthorization } from './find-device-authorization.ts'

/**
 * Approves or denies what is asked for under a code. An approval makes no token yet: it is made when the program fetches
 * it, so its secret is never stored; what the policy would refuse then is refused here already, with the reason. Throws
 * `device_authorization_not_found`, `too_many_codes`; to an approval `token_creation_not_allowed`, `token_limit_reached`
 * and `validation_failed` (it asks for more than one may do).
 */
export async function decideDeviceAuthorization(
  services: Services,
  context: AuthorizedContext,
  actor: SessionActor,
  typed: string,
  decision: 'approve' | 'deny',
): Promise<void> {
  const { database } = services
  const { account, sessionId } = actor
  const device = await findDeviceAuthorization(services, context, actor, typed)
  const isApproved = decision === 'approve'
  await database.write(context, async (trx) => {
    if (isApproved) {
      const policy = await holdPolicy(trx, database.engine)
      assertMayCreate(policy, account)
      await assertBelowLimit(trx, policy.pat, account.id, context.now)
      narrowingOf(device.permissions, account.permissions)
    }
    const isFirst = await setDecided(trx, device.id, { isApproved, by: account.id, sessionId, now: context.now })
    if (!isFirst) throw new Problem('device_authorization_not_found')
    await recordAudit(trx, context, {
      action: isApproved ? 'device.approved' : 'device.denied',
      target: { type: 'device', id: device.id },
      detail: { name: device.deviceName, askedFrom: device.address, permissions: device.permissions },
    })
  })
}
