import { type Context, recordAudit } from '../audit/audit.ts'
import { getMember } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import { requireRole } from './granting.ts'
import { assertAdministratorRemains, deleteGrant } from './role-grant-store.ts'

/**
 * Takes a role from a member; taking what is not there changes nothing. A role that the catalogue no longer has can
 * still be taken. Throws `member_not_found`, `role_not_found`, `last_administrator`.
 */
export async function takeRole(
  { database, catalogue }: Services,
  context: Context,
  { memberId, roleName }: { readonly memberId: string; readonly roleName: string },
): Promise<void> {
  await database.write(async (trx) => {
    const member = await getMember(trx, memberId)
    if (!(await deleteGrant(trx, member.id, roleName))) {
      requireRole(catalogue, roleName)
      return
    }
    await assertAdministratorRemains(trx)
    await recordAudit(trx, context, {
      action: 'role.taken',
      target: { type: 'member', id: member.id },
      detail: { role: roleName },
    })
  })
}
