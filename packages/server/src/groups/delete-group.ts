import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { assertAdministratorRemains } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { deleteGroupRow, getGroup } from './group-store.ts'
import { assertMayChangeMembership } from './managing-groups.ts'

/**
 * Removes a group; its people lose what they had by it, from the next call on. Throws `group_not_found`,
 * `insufficient_permissions`, `grant_exceeds_token`, `last_administrator`.
 */
export async function deleteGroup(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  id: string,
): Promise<void> {
  await database.write(context, async (trx) => {
    const group = await getGroup(trx, id)
    await assertMayChangeMembership(trx, actor, id, catalogue)
    await deleteGroupRow(trx, id)
    await assertAdministratorRemains(trx)
    await recordAudit(trx, context, {
      action: 'group.deleted',
      target: { type: 'group', id },
      detail: { name: group.name, roles: group.roles, memberCount: group.memberCount },
    })
  })
}
