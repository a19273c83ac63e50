import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import type { Member } from './member.ts'

/**
 * Whoever resets a member's password can act as that member. So a member who may do something that the actor may not
 * is managed only by those who can give roles; otherwise a SuperUser could become an Administrator or an Auditor.
 * Throws `insufficient_permissions`.
 */
export function assertMayManage(actor: AuthenticatedActor, member: Member, catalogue: RoleCatalogue): void {
  if (actor.permissions.has('roles:grant')) return
  const beyond = [...catalogue.permissionsOf(member.roles)].filter((permission) => !actor.permissions.has(permission))
  if (beyond.length > 0) {
    throw new Problem('insufficient_permissions', {
      detail: `The member holds ${beyond.join(', ')}: that takes somebody who can give roles.`,
    })
  }
}
