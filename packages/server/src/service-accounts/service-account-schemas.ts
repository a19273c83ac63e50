import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { AccountId, closed, Instant, Nullable, OneOf, PlainText, page, TokensAtReactivation } from '../http/schemas.ts'
import { InheritedRoles, toInheritedRoles } from '../roles/role-schemas.ts'
import type { ServiceAccount } from './service-account.ts'

const Name = Type.String({ minLength: 1, description: '1 to 100 characters, trimmed; unique among all accounts.' })
const Description = PlainText({ maxLength: 500 })
const STATUSES = ['active', 'deactivated'] as const

const Maintainers = Type.Array(AccountId, {
  maxItems: 20,
  uniqueItems: true,
  description: 'Ids of the members to ask about it. It gives them no say over the account.',
})

export const CreateServiceAccountBody = closed({
  name: Name,
  description: Type.Optional(Description),
  maintainers: Type.Optional(Maintainers),
})

export const ChangeServiceAccountBody = closed({
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  maintainers: Type.Optional(Maintainers),
  status: Type.Optional(OneOf(STATUSES, { description: 'The tokens of a deactivated one stop, at once.' })),
  tokens: Type.Optional(TokensAtReactivation),
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
  maintainers: Type.Array(
    Type.Object({
      id: AccountId,
      username: Type.String(),
      displayName: Type.String(),
      status: OneOf(STATUSES, { description: 'Of that member. It changes nothing for the service account.' }),
    }),
    { description: 'The members to ask about it.' },
  ),
  roles: Type.Array(Type.String(), { description: 'Application roles given directly.' }),
  inheritedRoles: InheritedRoles,
  activeTokens: Type.Integer(),
  lastUsedAt: Nullable(Instant('When one of its tokens was last used; up to five seconds late.')),
  lastUsedAddress: Nullable(Type.String({ description: 'From where.' })),
  lastUsedClient: Nullable(Type.String({ description: 'The `User-Agent`, shortened.' })),
})

export function toServiceAccountBody(account: ServiceAccount): Static<typeof ServiceAccountBody> {
  const { id, name, description, createdBy, roles, activeTokens, lastUse } = account
  return {
    id,
    name,
    description,
    status: account.deactivatedAt === null ? 'active' : 'deactivated',
    createdAt: toInstant(account.createdAt),
    createdBy,
    deactivatedAt: toInstantOrNull(account.deactivatedAt),
    maintainers: account.maintainers.map(({ isDeactivated, ...maintainer }) => ({
      ...maintainer,
      status: isDeactivated ? 'deactivated' : 'active',
    })),
    roles: [...roles],
    inheritedRoles: toInheritedRoles(account.inheritedRoles),
    activeTokens,
    lastUsedAt: toInstantOrNull(lastUse?.at ?? null),
    lastUsedAddress: lastUse?.address ?? null,
    lastUsedClient: lastUse?.client ?? null,
  }
}
