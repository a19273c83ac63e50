import { type Context, recordAudit } from '../audit/audit.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { getMember } from '../members/member-store.ts'
import type { Services } from '../services.ts'
import { assertWithinToken, requireRole } from './granting.ts'
import { insertGrant } from './role-grant-store.ts'

/** Gives a member a role; giving it twice changes nothing. Throws `member_not_found`, `role_not_found`, `grant_exceeds_token`. */
export async function grantRole(
  { database, catalogue }: Services,
  context: Context,
  actor: AuthenticatedActor,
  { memberId, roleName }: { readonly memberId: string; readonly roleName: string },
): Promise<void> {
  const role = requireRole(catalogue, roleName)
  assertWithinToken(actor, role.permissions)
  await database.write(async (trx) => {
    const member = await getMember(trx, memberId)
    const grant = { accountId: member.id, role: role.name, grantedAt: context.now, grantedBy: actor.account.id }
    if (!(await insertGrant(trx, grant))) return
    await recordAudit(trx, context, {
      action: 'role.granted',
      target: { type: 'member', id: member.id },
      detail: { role: role.name },
    })
  })
}
