import type { RoleSource } from '../roles/role-sources.ts'

/** A member to ask about a service account. It gives them no say over it. */
export interface Maintainer {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly isDeactivated: boolean
}

/** An identity of a machine: roles and tokens of its own, nothing of it depends on a person. Instants: epoch milliseconds. */
export interface ServiceAccount {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  /** The username of who made it. */
  readonly createdBy: string | null
  readonly deactivatedAt: number | null
  readonly maintainers: readonly Maintainer[]
  /** Roles given to it directly. */
  readonly roles: readonly string[]
  /** What groups give it. */
  readonly inheritedRoles: readonly RoleSource[]
  /** How many tokens of it count now. */
  readonly activeTokens: number
  /** When, from where and by what one of its tokens was last used. */
  readonly lastUse: { readonly at: number; readonly address: string; readonly client: string | null } | null
}

/** What can be edited of a service account. */
export function editableOf({ name, description, maintainers }: ServiceAccount) {
  return { name, description, maintainers: maintainers.map(({ id }) => id).sort() }
}
