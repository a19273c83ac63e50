import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { inheritanceOf } from '../roles/inherited-roles.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import { effectiveRolesOf } from '../roles/role-grant-store.ts'
import type { Reader } from '../storage/database.ts'
import type { Member } from './member.ts'

/**
 * Whoever resets a member's password can act as that member. So a member who may do something that the actor may not
 * is managed only by those who can give roles; otherwise a SuperUser could become an Administrator or an Auditor.
 * Throws `insufficient_permissions`.
 */
export async function assertMayManage(
  db: Reader,
  actor: AuthenticatedActor,
  memberId: string,
  catalogue: RoleCatalogue,
): Promise<void> {
  if (actor.permissions.has('roles:grant')) return
  const held = catalogue.permissionsOf(await effectiveRolesOf(db, memberId))
  const beyond = [...held].filter((permission) => !actor.permissions.has(permission))
  if (beyond.length > 0) {
    throw new Problem('insufficient_permissions', {
      detail: `The member holds ${beyond.join(', ')}: that takes somebody who can give roles.`,
    })
  }
}

/** The same for many: those of these members whom the actor may not manage. */
export async function beyondActor(
  db: Reader,
  actor: AuthenticatedActor,
  members: readonly Member[],
  catalogue: RoleCatalogue,
): Promise<ReadonlySet<string>> {
  if (actor.permissions.has('roles:grant')) return new Set()
  const inheritance = await inheritanceOf(
    db,
    members.map(({ id }) => id),
  )
  const mayNot = ({ id, roles }: Member) =>
    catalogue
      .givenBy([...roles, ...inheritance(id).roles.map(({ role }) => role)])
      .some((permission) => !actor.permissions.has(permission))
  return new Set(members.filter(mayNot).map(({ id }) => id))
}
