import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { AccountId, closed, Instant, Nullable, OneOf, PlainText, page } from '../http/schemas.ts'
import type { ServiceAccount } from './service-account.ts'

const Name = Type.String({ minLength: 1, description: '1 to 100 characters, trimmed; unique among all accounts.' })
const Description = PlainText({ maxLength: 500 })
const STATUSES = ['active', 'deactivated'] as const

export const CreateServiceAccountBody = closed({ name: Name, description: Type.Optional(Description) })

export const ChangeServiceAccountBody = closed({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  status: Type.Optional(OneOf(STATUSES, { description: 'The tokens of a deactivated one stop, at once.' })),
})

export const ListServiceAccountsQuery = closed({
  q: Type.Optional(PlainText({ maxLength: 100, description: 'Part of the name.' })),
  ...page,
})

export const ServiceAccountBody = Type.Object({
  id: AccountId,
  name: Type.String(),
  description: Type.String(),
  status: OneOf(STATUSES),
  createdAt: Instant('When it was made.'),
  createdBy: Nullable(Type.String({ description: 'The username of who made it.' })),
  deactivatedAt: Nullable(Instant('Since when it is deactivated.')),
  roles: Type.Array(Type.String(), { description: 'Application roles given directly.' }),
  activeTokens: Type.Integer(),
  lastUsedAt: Nullable(Instant('When one of its tokens was last used; up to five seconds late.')),
})

export function toServiceAccountBody(account: ServiceAccount): Static<typeof ServiceAccountBody> {
  const { id, name, description, createdBy, roles, activeTokens } = account
  return {
    id,
    name,
    description,
    status: account.deactivatedAt === null ? 'active' : 'deactivated',
    createdAt: toInstant(account.createdAt),
    createdBy,
    deactivatedAt: toInstantOrNull(account.deactivatedAt),
    roles: [...roles],
    activeTokens,
    lastUsedAt: toInstantOrNull(account.lastUsedAt),
  }
}
