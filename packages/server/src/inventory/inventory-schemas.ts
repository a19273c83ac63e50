import { type Static, Type } from 'typebox'
import { DAY_MS } from '../core/clock.ts'
import { AccountId, closed, Instant, OneOf, PlainText, page } from '../http/schemas.ts'
import { TOKEN_STATUSES, type Token } from '../tokens/token.ts'
import type { TokenCriteria } from '../tokens/token-query.ts'
import { ListedActivity, TokenBody, TokenId, TokenSorts, toTokenBody } from '../tokens/token-schemas.ts'
import type { Usage } from '../verification/write-usage.ts'

const At = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const Criteria = {
  accountId: Type.Optional(AccountId),
  kind: Type.Optional(OneOf(['pat', 'service'] as const)),
  status: Type.Optional(OneOf([...TOKEN_STATUSES, 'all'] as const, { default: 'active' })),
  q: Type.Optional(
    PlainText({ maxLength: 100, description: 'Part of the name, a whole id, or the owner’s whole username.' }),
  ),
  createdAfter: At('Made at this instant or later.'),
  createdBefore: At('Made before this instant.'),
  expiresAfter: At('Ends at this instant or later, or never.'),
  expiresBefore: At('Ends before this instant.'),
  lastUsedBefore: At('Used, the last time before this instant.'),
  neverUsed: Type.Optional(Type.Boolean({ description: 'Only those that were never used.' })),
  unusedDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3650,
      description: 'Older than so many days and not used in them; never used ones, too.',
    }),
  ),
  address: Type.Optional(PlainText({ maxLength: 50, description: 'The address it was last used from.' })),
}

export const InventoryCountQuery = closed(Criteria)
export const InventoryQuery = closed({
  ...Criteria,
  sort: Type.Optional(TokenSorts),
  activity: Type.Optional(ListedActivity),
  ...page,
})

/** What a query or a revocation's filter asks for. */
export function criteriaOf(filter: Static<typeof InventoryCountQuery>, now: number): TokenCriteria {
  const { accountId, kind, status = 'active', q, unusedDays, neverUsed, address } = filter
  const instant = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text))
  return {
    accountId,
    kind,
    status,
    q,
    createdAfter: instant(filter.createdAfter),
    createdBefore: instant(filter.createdBefore),
    expiresAfter: instant(filter.expiresAfter),
    expiresBefore: instant(filter.expiresBefore),
    lastUsedBefore: instant(filter.lastUsedBefore),
    isNeverUsed: neverUsed,
    unusedSince: unusedDays === undefined ? undefined : now - unusedDays * DAY_MS,
    address,
    now,
  }
}

export const RevokeBody = Type.Union([
  closed({ ids: Type.Array(TokenId, { minItems: 1, maxItems: 1000, uniqueItems: true }) }),
  closed({
    filter: closed(Criteria),
    expectedCount: Type.Integer({
      minimum: 0,
      description: 'How many `…/count` said there are: others, and nothing is revoked.',
    }),
  }),
])

export const RevocationBody = Type.Object({
  startedAt: Instant('When it was asked for.'),
  expectedCount: Type.Integer(),
  revoked: Type.Integer({ description: 'How many of them are revoked by now.' }),
})

export const InventoryToken = Type.Object({
  ...TokenBody.properties,
  parentId: Type.Optional(
    Type.String({ description: 'Only of an access token, which no list shows: the token it was got with.' }),
  ),
  owner: Type.Object({
    id: AccountId,
    kind: OneOf(['member', 'service'] as const),
    username: Type.String(),
    displayName: Type.String(),
    status: OneOf(['active', 'deactivated'] as const),
  }),
})

export function toInventoryToken(token: Token, pending: Usage | undefined, now: number): Static<typeof InventoryToken> {
  const { kind, username, displayName, deactivatedAt } = token.owner
  return {
    ...toTokenBody(token, pending, now),
    ...(token.parentId !== null && { parentId: token.parentId }),
    owner: {
      id: token.accountId,
      kind,
      username,
      displayName,
      status: deactivatedAt === null ? 'active' : 'deactivated',
    },
  }
}
