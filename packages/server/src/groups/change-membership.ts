import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { requireAccount } from '../roles/require-holder.ts'
import { assertAdministratorRemains } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { deleteGroupMember, getGroup, insertGroupMember } from './group-store.ts'
import { assertMayChangeMembership } from './managing-groups.ts'

interface Membership {
  readonly groupId: string
  readonly accountId: string
}

/**
 * Puts an account, a person's or a service account, into a group; twice changes nothing. Throws `group_not_found`,
 * `account_not_found`, `insufficient_permissions`, `grant_exceeds_token`.
 */
export async function joinGroup(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { groupId, accountId }: Membership,
): Promise<void> {
  await database.write(context, async (trx) => {
    const group = await getGroup(trx, groupId)
    await requireAccount(trx, accountId)
    await assertMayChangeMembership(trx, actor, groupId, catalogue)
    if (!(await insertGroupMember(trx, groupId, accountId, context.now))) return
    await recordAudit(trx, context, {
      action: 'group.joined',
      target: { type: 'group', id: groupId },
      detail: { group: group.name, accountId },
    })
  })
}

/** Takes an account out of a group; taking out who is not in it changes nothing. Throws as {@link joinGroup}, and `last_administrator`. */
export async function leaveGroup(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { groupId, accountId }: Membership,
): Promise<void> {
  await database.write(context, async (trx) => {
    const group = await getGroup(trx, groupId)
    await assertMayChangeMembership(trx, actor, groupId, catalogue)
    if (!(await deleteGroupMember(trx, groupId, accountId))) return
    await assertAdministratorRemains(trx)
    await recordAudit(trx, context, {
      action: 'group.left',
      target: { type: 'group', id: groupId },
      detail: { group: group.name, accountId },
    })
  })
}
