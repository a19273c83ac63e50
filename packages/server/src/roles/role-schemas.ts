import { type Static, Type } from 'typebox'
import { closed, OneOf, PlainText, page } from '../http/schemas.ts'
import type { Holding } from './role-holders.ts'
import type { RoleSource } from './role-sources.ts'

export const RoleName = PlainText({ minLength: 1, maxLength: 64 })

export const RoleBody = Type.Object({
  name: Type.String(),
  value: Type.Optional(Type.Integer({ description: 'The number by which the neighbouring product knows the role.' })),
  description: Type.String(),
  permissions: Type.Array(Type.String()),
})

export const GivenRoleBody = Type.Object({
  role: Type.String(),
  inCatalogue: Type.Boolean({ description: 'False: the catalogue no longer has it, and it gives nothing.' }),
  accounts: Type.Integer({ description: 'How many accounts were given it directly.' }),
  groups: Type.Integer({ description: 'How many groups were given it directly.' }),
})

export const ListHoldersQuery = closed(page)

export const HolderBody = Type.Object({
  type: OneOf(['member', 'service_account', 'group'] as const),
  id: Type.String({ format: 'uuid' }),
  name: Type.String({ description: 'The username of a member, the name of a service account or group.' }),
  displayName: Type.String(),
  status: OneOf(['active', 'deactivated'] as const),
  through: Type.Array(Type.String(), {
    description:
      'Names of the groups it comes through, from the nearest to the one that has it; empty: given directly.',
  }),
})

export function toHolderBody({ holder, isDeactivated, through }: Holding): Static<typeof HolderBody> {
  return { ...holder, status: isDeactivated ? 'deactivated' : 'active', through: [...through] }
}

/** Of an account or a group: what it has by the groups that it is in. */
export const InheritedRoles = Type.Array(
  Type.Object({
    role: Type.String(),
    through: Type.Array(Type.String(), {
      description: 'Names of the groups it comes through, from the nearest to the one that has it.',
    }),
  }),
  { description: 'Roles that groups give, each by the fewest groups; those included that are given directly as well.' },
)

export function toInheritedRoles(sources: readonly RoleSource[]): Static<typeof InheritedRoles> {
  return sources.map(({ role, through }) => ({ role, through: [...through] }))
}
