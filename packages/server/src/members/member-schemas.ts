import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { USERNAME_PATTERN } from '../core/text.ts'
import { AccountId, closed, Instant, Nullable, OneOf, PlainText, page, TokensAtReactivation } from '../http/schemas.ts'
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '../sessions/password-rules.ts'
import { MEMBER_SORTS } from './list-members.ts'
import { EMAIL_PATTERN } from './member.ts'
import type { MemberOverview } from './member-overview.ts'

const Username = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: USERNAME_PATTERN,
  description: 'Letters, digits, dots, hyphens, underscores and @. Unique, whatever the case.',
})
const Email = Type.String({ minLength: 3, maxLength: 254, pattern: EMAIL_PATTERN })
const FirstName = PlainText({ minLength: 1, maxLength: 100 })
const LastName = PlainText({ maxLength: 100 })
const Password = Type.String({
  minLength: PASSWORD_MIN_LENGTH,
  maxLength: PASSWORD_MAX_LENGTH,
  description: 'An initial password: it must be changed at the first sign-in.',
})
const MEMBER_STATUSES = ['active', 'deactivated'] as const

export const CreateMemberBody = closed({
  username: Username,
  email: Email,
  firstName: FirstName,
  lastName: LastName,
  password: Password,
  roles: Type.Optional(Type.Array(PlainText({ maxLength: 64 }), { maxItems: 50, uniqueItems: true })),
})

export const ChangeMemberBody = closed({
  username: Type.Optional(Username),
  email: Type.Optional(Email),
  firstName: Type.Optional(FirstName),
  lastName: Type.Optional(LastName),
  status: Type.Optional(
    OneOf(MEMBER_STATUSES, { description: 'A deactivated account’s sessions end and its tokens stop, at once.' }),
  ),
  tokens: Type.Optional(TokensAtReactivation),
  password: Type.Optional(Password),
})

export const BulkBody = closed({
  ids: Type.Array(AccountId, { minItems: 1, maxItems: 1000, uniqueItems: true }),
  action: closed({
    grant: Type.Optional(PlainText({ minLength: 1, maxLength: 64, description: 'A role to give.' })),
    take: Type.Optional(PlainText({ minLength: 1, maxLength: 64, description: 'A role to take.' })),
    status: Type.Optional(OneOf(['deactivated'] as const)),
  }),
})

export const BulkResultBody = Type.Object({
  changed: Type.Integer({ description: 'Members for whom it made a difference.' }),
  unchanged: Type.Integer({ description: 'Members for whom it already was so.' }),
  stoppedTokens: Type.Integer({ description: 'Tokens that stopped with their deactivated owners.' }),
})

/** Which members a list, or an export, is of. */
export const memberCriteria = {
  status: Type.Optional(OneOf([...MEMBER_STATUSES, 'all'] as const, { default: 'all' })),
  q: Type.Optional(PlainText({ maxLength: 100, description: 'Part of the username, the name or the email address.' })),
  role: Type.Optional(PlainText({ minLength: 1, maxLength: 64, description: 'Held directly or by a group.' })),
  group: Type.Optional(
    Type.String({ format: 'uuid', description: 'In this group, or in one that is a member of it, at any depth.' }),
  ),
  neverSignedIn: Type.Optional(Type.Boolean({ description: 'True: those who never signed in; false: the others.' })),
}

export const ListMembersQuery = closed({
  ...memberCriteria,
  sort: Type.Optional(
    OneOf(
      MEMBER_SORTS.flatMap((sort) => [sort, `-${sort}`] as const),
      { default: 'username', description: 'A minus sign turns the order round.' },
    ),
  ),
  ...page,
})

export const MemberBody = Type.Object({
  id: AccountId,
  username: Type.String(),
  email: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  displayName: Type.String(),
  status: OneOf(MEMBER_STATUSES),
  createdAt: Instant('When the account was made.'),
  deactivatedAt: Nullable(Instant('Since when it is deactivated.')),
  lastSignInAt: Nullable(Instant('The last sign-in with a browser.')),
  authenticationMethod: OneOf(['password'] as const, { description: 'How the member signs in.' }),
  hasPassword: Type.Boolean({ description: 'False: imported without one, and cannot sign in until it is reset.' }),
  mustChangePassword: Type.Boolean(),
  roles: Type.Array(Type.String(), { description: 'Application roles given directly.' }),
  inheritedRoles: Type.Array(
    Type.Object({
      role: Type.String(),
      through: Type.Array(Type.String(), { description: 'Names of groups, from the one the member is in.' }),
    }),
    { description: 'Application roles that groups give, each by the fewest groups.' },
  ),
  groups: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
    description: 'The groups that the member is in directly.',
  }),
  activeTokens: Type.Integer({ description: 'Tokens that are neither revoked nor expired.' }),
})

export function toMemberBody(member: MemberOverview): Static<typeof MemberBody> {
  const { id, username, email, firstName, lastName, displayName, hasPassword, mustChangePassword, roles } = member
  const { groups, roles: inherited } = member.inheritance
  return {
    id,
    username,
    email,
    firstName,
    lastName,
    displayName,
    status: member.deactivatedAt === null ? 'active' : 'deactivated',
    createdAt: toInstant(member.createdAt),
    deactivatedAt: toInstantOrNull(member.deactivatedAt),
    lastSignInAt: toInstantOrNull(member.lastSignInAt),
    authenticationMethod: 'password',
    hasPassword,
    mustChangePassword,
    roles: [...roles],
    inheritedRoles: inherited.map(({ role, through }) => ({ role, through: [...through] })),
    groups: groups.map((group) => ({ ...group })),
    activeTokens: member.activeTokens,
  }
}
