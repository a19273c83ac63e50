import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { assertAdministratorRemains } from '../roles/role-grant-store.ts'
import type { Services } from '../services.ts'
import { circleProblem, circleThrough } from './circle.ts'
import { deleteNesting, getGroup, insertNesting, nestingsAbove } from './group-store.ts'
import { assertMayChangeMembership } from './managing-groups.ts'

interface Nesting {
  readonly groupId: string
  readonly memberGroupId: string
}

/**
 * Makes the group `memberGroupId` a member of `groupId`: its people have the roles of both, not the reverse. A circle
 * is looked for after the change, in its transaction, so that two nestings at once cannot make one: the second waits
 * for the first at the authorization clock. Throws `group_not_found`, `group_cycle`, `insufficient_permissions`,
 * `grant_exceeds_token`.
 */
export async function nestGroup(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { groupId, memberGroupId }: Nesting,
): Promise<void> {
  await database.write(context, async (trx) => {
    const group = await getGroup(trx, groupId)
    const memberGroup = await getGroup(trx, memberGroupId)
    await assertMayChangeMembership(trx, actor, groupId, catalogue)
    if (groupId === memberGroupId) throw circleProblem([group.name, group.name])
    if (!(await insertNesting(trx, groupId, memberGroupId, context.now))) return
    const circle = circleThrough(memberGroup, await nestingsAbove(trx, memberGroupId))
    if (circle) throw circleProblem(circle)
    await recordAudit(trx, context, {
      action: 'group.nested',
      target: { type: 'group', id: groupId },
      detail: { group: group.name, memberGroup: memberGroup.name, memberGroupId },
    })
  })
}

/** Ends that a group is a member of another. Throws as {@link nestGroup}, and `last_administrator`. */
export async function unnestGroup(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { groupId, memberGroupId }: Nesting,
): Promise<void> {
  await database.write(context, async (trx) => {
    const group = await getGroup(trx, groupId)
    const memberGroup = await getGroup(trx, memberGroupId)
    await assertMayChangeMembership(trx, actor, groupId, catalogue)
    if (!(await deleteNesting(trx, groupId, memberGroupId))) return
    await assertAdministratorRemains(trx)
    await recordAudit(trx, context, {
      action: 'group.unnested',
      target: { type: 'group', id: groupId },
      detail: { group: group.name, memberGroup: memberGroup.name, memberGroupId },
    })
  })
}
