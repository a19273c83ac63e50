import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import { assertWithinToken } from '../roles/granting.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import { rolesByGroup } from '../roles/role-grant-store.ts'
import type { Reader } from '../storage/database.ts'

/**
 * Being in a group gives what its roles allow, so changing who is in it is giving and taking: somebody who cannot give
 * roles does it only where the group allows nothing beyond what they may do themselves. (A SuperUser cannot
 * make anybody an Administrator by way of a group.) Throws `insufficient_permissions`, `grant_exceeds_token`.
 */
export async function assertMayChangeMembership(
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
      detail: `The group gives ${beyond.join(', ')}: changing who is in it needs roles:grant.`,
    })
  }
}
