import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import type { Services } from '../services.ts'
import { assertWithinToken, requireRole } from './granting.ts'
import { type RoleHolder, requireHolder } from './require-holder.ts'
import { insertGrant } from './role-grant-store.ts'

/**
 * Gives a role to a member, a service account or a group; giving it twice changes nothing. Throws `…_not_found`,
 * `role_not_found`, `grant_exceeds_token`.
 */
export async function grantRole(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  actor: AuthenticatedActor,
  { holder, roleName }: { readonly holder: RoleHolder; readonly roleName: string },
): Promise<void> {
  await database.write(context, async (trx) => {
    await requireHolder(trx, holder)
    const role = requireRole(catalogue, roleName)
    assertWithinToken(actor, role.permissions)
    const grant = { holder, role: role.name, grantedAt: context.now, grantedBy: actor.account.id }
    if (!(await insertGrant(trx, grant))) return
    await recordAudit(trx, context, { action: 'role.granted', target: holder, detail: { role: role.name } })
  })
}
