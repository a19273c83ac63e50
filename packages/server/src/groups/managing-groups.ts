import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { assertWithinToken } from '../roles/granting.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import { rolesByGroup } from '../roles/role-grant-store.ts'
import type { Reader } from '../storage/database.ts'

/**
 * Decides who may change a group: rename or delete it, or change who and which groups are in it. A group's name tells
 * people what it gives, and being in it gives that. So somebody without `roles:grant` changes only a group that gives
 * nothing beyond their own permissions: a SuperUser manages no group that gives Administrator, directly or through
 * another group. Throws `insufficient_permissions`, `grant_exceeds_token`.
 */
export async function assertMayManageGroup(
  db: Reader,
  actor: AuthenticatedActor,
  groupId: string,
  catalogue: RoleCatalogue,
): Promise<void> {
  const given = new Set(catalogue.givenBy(await rolesByGroup(db, groupId)))
  assertWithinToken(actor, given)
  if (actor.permissions.has('roles:grant')) return
  const beyond = [...given].filter((permission) => !actor.permissions.has(permission))
  if (beyond.length > 0) {
    throw new Problem('insufficient_permissions', {
      detail: `The group gives ${beyond.join(', ')}: changing it needs roles:grant.`,
    })
  }
}
