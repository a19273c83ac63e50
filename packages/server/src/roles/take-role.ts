import { recordAudit } from '../audit/audit.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { Services } from '../services.ts'
import { requireRole } from './granting.ts'
import { type RoleHolder, requireHolder } from './require-holder.ts'
import { assertAdministratorRemains, deleteGrant } from './role-grant-store.ts'

/**
 * Takes a role from a member, a service account or a group; taking what is not there changes nothing. A role that the
 * catalogue no longer has can still be taken. Throws `…_not_found`, `role_not_found`, `last_administrator`.
 */
export async function takeRole(
  { database, catalogue }: Services,
  context: AuthorizedContext,
  { holder, roleName }: { readonly holder: RoleHolder; readonly roleName: string },
): Promise<void> {
  await database.write(context, async (trx) => {
    await requireHolder(trx, holder)
    if (!(await deleteGrant(trx, holder, roleName))) {
      requireRole(catalogue, roleName)
      return
    }
    await assertAdministratorRemains(trx)
    await recordAudit(trx, context, { action: 'role.taken', target: holder, detail: { role: roleName } })
  })
}
