import { type Context, recordAudit } from '../audit/audit.ts'
import { setDeactivated } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import type { ServiceAccount } from './service-account.ts'
import { getServiceAccount, updateServiceAccount } from './service-account-store.ts'

export interface ServiceAccountChange {
  readonly name?: string
  readonly description?: string
  readonly status?: 'active' | 'deactivated'
}

/**
 * Renames, describes, deactivates or reactivates a service account. Its tokens stop with it, at once, and work again
 * when it is reactivated. Throws `service_account_not_found`, `service_account_name_taken`.
 */
export async function changeServiceAccount(
  { database }: Services,
  context: Context,
  id: string,
  { status, ...change }: ServiceAccountChange,
): Promise<ServiceAccount> {
  const target = { type: 'service_account', id } as const
  return database.write(async (trx) => {
    const before = await getServiceAccount(trx, id, context.now)
    const after = { ...before, ...change }
    if (after.name !== before.name || after.description !== before.description) {
      await updateServiceAccount(trx, after)
      await recordAudit(trx, context, {
        action: 'service_account.changed',
        target,
        detail: {
          before: { name: before.name, description: before.description },
          after: { name: after.name, description: after.description },
        },
      })
    }
    if (status === 'deactivated' && before.deactivatedAt === null) {
      await setDeactivated(trx, id, context.now)
      await recordAudit(trx, context, { action: 'service_account.deactivated', target })
    }
    if (status === 'active' && before.deactivatedAt !== null) {
      await setDeactivated(trx, id, null)
      await recordAudit(trx, context, { action: 'service_account.reactivated', target })
    }
    return getServiceAccount(trx, id, context.now)
  })
}
