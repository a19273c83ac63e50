import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { assertUnchanged } from '../core/etag.ts'
import { lockAccount, setDeactivated } from '../members/member-store.ts'
import {
  assertOnlyAtReactivation,
  settleReactivation,
  type TokensAtReactivation,
} from '../policy/end-account-tokens.ts'
import type { Services } from '../services.ts'
import type { Transaction } from '../storage/database.ts'
import { editableOf, type ServiceAccount } from './service-account.ts'
import { getServiceAccount, replaceMaintainers, updateServiceAccount } from './service-account-store.ts'

export interface ServiceAccountChange {
  readonly name?: string
  readonly description?: string
  /** Ids of members, instead of those before. */
  readonly maintainers?: readonly string[]
  readonly status?: 'active' | 'deactivated'
  /** Of a reactivation; absent: the policy decides. */
  readonly tokens?: TokensAtReactivation
}

/**
 * Renames, describes, deactivates or reactivates a service account, or names whom to ask about it. Its tokens stop with
 * it, at once; whether they work again when it is reactivated, the caller or the policy says. Throws
 * `service_account_not_found`, `service_account_name_taken`, `validation_failed`, `edited_meanwhile`.
 */
export async function changeServiceAccount(
  { database }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  id: string,
  { status, tokens, ...change }: ServiceAccountChange,
  ifMatch: string | undefined,
): Promise<ServiceAccount> {
  assertOnlyAtReactivation(tokens, status)
  const target = { type: 'service_account', id } as const
  return database.write(context, async (trx) => {
    await lockAccount(trx, id)
    const before = await getServiceAccount(trx, id, context.now)
    assertUnchanged(ifMatch, editableOf(before))
    await edit(trx, context, before, change)
    if (status === 'deactivated' && before.deactivatedAt === null) {
      await setDeactivated(trx, id, context.now)
      await recordAudit(trx, context, { action: 'service_account.deactivated', target })
    }
    if (status === 'active' && before.deactivatedAt !== null) {
      const account = { id, deactivatedAt: before.deactivatedAt }
      const detail = await settleReactivation(trx, context, actor, account, tokens)
      await setDeactivated(trx, id, null)
      await recordAudit(trx, context, { action: 'service_account.reactivated', target, detail })
    }
    return getServiceAccount(trx, id, context.now)
  })
}

async function edit(
  trx: Transaction,
  context: AuthorizedContext,
  before: ServiceAccount,
  { maintainers, ...names }: Omit<ServiceAccountChange, 'status'>,
): Promise<void> {
  const { id } = before
  if (maintainers) await replaceMaintainers(trx, id, maintainers)
  const renamed = { ...before, ...names }
  if (renamed.name !== before.name || renamed.description !== before.description)
    await updateServiceAccount(trx, renamed)
  const after = await getServiceAccount(trx, id, context.now)
  if (JSON.stringify(editableOf(after)) === JSON.stringify(editableOf(before))) return
  await recordAudit(trx, context, {
    action: 'service_account.changed',
    target: { type: 'service_account', id },
    detail: { before: recorded(before), after: recorded(after) },
  })
}

function recorded({ name, description, maintainers }: ServiceAccount) {
  return { name, description, maintainers: maintainers.map(({ username }) => username) }
}
