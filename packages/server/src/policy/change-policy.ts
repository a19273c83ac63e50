import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import { assertUnchanged } from '../core/etag.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { enforcePolicy } from './enforce-policy.ts'
import { contradictionsOf, type Policy } from './policy.ts'
import { lockPolicy, readStoredPolicy, type StoredPolicy, updatePolicy } from './policy-store.ts'

/** Throws `validation_failed` for a policy that contradicts itself. */
export function assertConsistent({ catalogue }: Services, policy: Policy): void {
  const errors = contradictionsOf(policy, (name) => catalogue.find(name) !== undefined)
  if (errors.length === 0) return
  throw new Problem('validation_failed', { detail: errors.map(({ message }) => message).join(' '), errors })
}

/**
 * Stores a policy and enforces it: when this has returned, no token is accepted against it. If it is interrupted in
 * between, the hourly enforcement goes on. Throws `validation_failed`, `edited_meanwhile`.
 */
export async function changePolicy(
  services: Services,
  context: AuthorizedContext,
  actor: SessionActor,
  policy: Policy,
  ifMatch: string | undefined,
): Promise<StoredPolicy & { readonly tokensEnded: number }> {
  assertConsistent(services, policy)
  const stored = await services.database.write(context, async (trx) => {
    await lockPolicy(trx)
    const { policy: before } = await readStoredPolicy(trx)
    assertUnchanged(ifMatch, before)
    await updatePolicy(trx, policy, { by: actor.account.id, now: context.now })
    await recordAudit(trx, context, {
      action: 'policy.changed',
      target: { type: 'policy', id: '1' },
      detail: { before, after: policy },
    })
    return readStoredPolicy(trx)
  })
  return { ...stored, tokensEnded: await enforcePolicy(services, context) }
}
