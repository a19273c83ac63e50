import { type Static, Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { AccountId, closed, Instant, OneOf, PlainText, page } from '../http/schemas.ts'
import { InheritedRoles } from '../roles/role-schemas.ts'
import type { Group, GroupNeighbour } from './group.ts'

const Name = Type.String({ minLength: 1, description: '1 to 100 characters, trimmed; unique, whatever the case.' })
const Description = PlainText({ maxLength: 500 })
export const GroupId = Type.String({ format: 'uuid', description: 'The id of a group.' })

export const CreateGroupBody = closed({ name: Name, description: Type.Optional(Description) })
export const ChangeGroupBody = closed({ name: Type.Optional(Name), description: Type.Optional(Description) })
export const ListGroupsQuery = closed({
  q: Type.Optional(PlainText({ maxLength: 100, description: 'Part of the name.' })),
  within: Type.Optional(
    OneOf(['any', 'none'] as const, { default: 'any', description: '`none`: only groups that are in no other group.' }),
  ),
  ...page,
})

export const GroupBody = Type.Object({
  id: GroupId,
  name: Type.String(),
  description: Type.String(),
  createdAt: Instant('When it was made.'),
  roles: Type.Array(Type.String(), { description: 'Roles given to this group itself.' }),
  memberCount: Type.Integer({ description: 'How many accounts are in it directly.' }),
  groupCount: Type.Integer({ description: 'How many groups are in it directly.' }),
})

const Neighbour = Type.Object({
  id: GroupId,
  name: Type.String(),
  roles: Type.Array(Type.String(), { description: 'Roles given to that group itself.' }),
  groupCount: Type.Integer({ description: 'How many groups are in it directly.' }),
  memberOfCount: Type.Integer({ description: 'How many groups it is in directly.' }),
})

export const GroupDetailBody = Type.Object({
  ...GroupBody.properties,
  groups: Type.Array(Neighbour, { description: 'The groups that are members of this one.' }),
  memberOf: Type.Array(Neighbour, {
    description: 'The groups that this one is a member of: its people have their roles, too.',
  }),
  effectiveRoles: Type.Array(Type.String(), {
    description: 'What being in this group gives: its roles and those of the groups above.',
  }),
  inheritedRoles: InheritedRoles,
})

export const GroupAccountBody = Type.Object({
  id: AccountId,
  kind: OneOf(['member', 'service'] as const),
  username: Type.String(),
  displayName: Type.String(),
})

export const GroupLossBody = Type.Object({
  ...GroupAccountBody.properties,
  roles: Type.Array(Type.String(), { description: 'What nothing else gives it.' }),
})

export function toNeighbourBody({ roles, ...neighbour }: GroupNeighbour): Static<typeof Neighbour> {
  return { ...neighbour, roles: [...roles] }
}

export function toGroupBody({ createdAt, roles, ...group }: Group): Static<typeof GroupBody> {
  return { ...group, roles: [...roles], createdAt: toInstant(createdAt) }
}
