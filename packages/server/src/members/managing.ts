import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import type { Member } from './member.ts'

/**
 * Whoever can give roles can become anything, so such a member is changed only by somebody who can do the same;
 * otherwise resetting an Administrator's password would make a SuperUser one. Throws `insufficient_permissions`.
 */
export function assertMayManage(actor: AuthenticatedActor, member: Member, catalogue: RoleCatalogue): void {
  if (catalogue.permissionsOf(member.roles).has('roles:grant') && !actor.permissions.has('roles:grant')) {
    throw new Problem('insufficient_permissions', {
      detail: 'A member who can give roles is managed only by those who can, too.',
    })
  }
}
