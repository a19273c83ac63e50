import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { newId } from '../core/ids.ts'
import type { Services } from '../services.ts'
import type { ServiceAccount } from './service-account.ts'
import { getServiceAccount, insertServiceAccount, replaceMaintainers } from './service-account-store.ts'

interface NewServiceAccount {
  readonly name: string
  readonly description: string
  /** Ids of members. */
  readonly maintainers: readonly string[]
}

/** Makes a service account, without roles and tokens. Throws `service_account_name_taken`, `validation_failed`. */
export async function createServiceAccount(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { name, description, maintainers }: NewServiceAccount,
): Promise<ServiceAccount> {
  return database.write(context, async (trx) => {
    const id = newId()
    await insertServiceAccount(trx, { id, name, description, createdAt: context.now, createdBy: actor.account.id })
    await replaceMaintainers(trx, id, maintainers)
    const account = await getServiceAccount(trx, id, context.now)
    await recordAudit(trx, context, {
      action: 'service_account.created',
      target: { type: 'service_account', id },
      detail: { name, description, maintainers: account.maintainers.map(({ username }) => username) },
    })
    return account
  })
}
