import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import type { Services } from '../services.ts'
import { revokeAllOf } from '../tokens/token-store.ts'
import { getServiceAccount, setDeleted } from './service-account-store.ts'

/**
 * Deletes a service account: its tokens are revoked, its name is free, and what it did stays in the audit. Throws
 * `service_account_not_found`.
 */
export async function deleteServiceAccount(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  id: string,
): Promise<void> {
  await database.write(context, async (trx) => {
    const account = await getServiceAccount(trx, id, context.now)
    const revokedTokens = await revokeAllOf(trx, id, actor.account.id, context.now)
    await setDeleted(trx, id, context.now)
    await recordAudit(trx, context, {
      action: 'service_account.deleted',
      target: { type: 'service_account', id },
      detail: { name: account.name, roles: account.roles, revokedTokens },
    })
  })
}
