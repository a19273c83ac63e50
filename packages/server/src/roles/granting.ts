import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Role, RoleCatalogue } from './role-catalogue.ts'

/** A role by its name. Throws `role_not_found`. */
export function requireRole(catalogue: RoleCatalogue, name: string): Role {
  const role = catalogue.find(name)
  if (role === undefined) throw new Problem('role_not_found', { detail: 'The catalogue has no role of this name.' })
  return role
}

/**
 * A narrowed token hands out no more than it holds: otherwise it could make itself broad by way of another account
 * (CVE-2026-73804). Whoever acts with all of an account's permissions may give what that account may give.
 * Throws `grant_exceeds_token`.
 */
export function assertWithinToken(actor: AuthenticatedActor, permissions: Iterable<string>): void {
  if (actor.kind === 'session' || !actor.isNarrowed) return
  const beyond = [...permissions].filter((permission) => !actor.permissions.has(permission))
  if (beyond.length > 0)
    throw new Problem('grant_exceeds_token', { detail: `The token does not hold ${beyond.join(', ')}.` })
}

/**
 * A token of another account is a way to act as that account: who cannot give roles makes only such as allow nothing
 * beyond what they may do themselves. Throws `grant_exceeds_token`, `insufficient_permissions`.
 */
export function assertMayHandOut(actor: AuthenticatedActor, permissions: Iterable<string>): void {
  const handedOut = [...permissions]
  assertWithinToken(actor, handedOut)
  if (actor.permissions.has('roles:grant')) return
  const beyond = handedOut.filter((permission) => !actor.permissions.has(permission))
  if (beyond.length > 0) {
    throw new Problem('insufficient_permissions', {
      detail: `The token would allow ${beyond.join(', ')}: making it needs roles:grant.`,
    })
  }
}
