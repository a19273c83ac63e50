import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { USERNAME_PATTERN } from '../core/text.ts'
import { AccountId, closed, Instant, Nullable, OneOf, PlainText, page, TokensAtReactivation } from '../http/schemas.ts'
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '../sessions/password-rules.ts'
import type { Member } from './member.ts'

const Username = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: USERNAME_PATTERN,
  description: 'Letters, digits, dots, hyphens, underscores and @. Unique, whatever the case.',
})
const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@\\p{Cc}\\p{Cs}]+@[^\\s@\\p{Cc}\\p{Cs}]+$' })
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

export const ListMembersQuery = closed({
  status: Type.Optional(OneOf([...MEMBER_STATUSES, 'all'] as const, { default: 'all' })),
  q: Type.Optional(PlainText({ maxLength: 100, description: 'Part of the username, the name or the email address.' })),
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
  mustChangePassword: Type.Boolean(),
  roles: Type.Array(Type.String(), { description: 'Application roles given directly.' }),
})

export function toMemberBody(member: Member): Static<typeof MemberBody> {
  const { id, username, email, firstName, lastName, displayName, mustChangePassword, roles } = member
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
    mustChangePassword,
    roles: [...roles],
  }
}
