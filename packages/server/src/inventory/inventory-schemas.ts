import { type Static, Type } from 'typebox'
import { AccountId, closed, OneOf, PlainText, page } from '../http/schemas.ts'
import { TOKEN_STATUSES, type Token } from '../tokens/token.ts'
import { TokenBody, TokenId, TokenSorts, toTokenBody } from '../tokens/token-schemas.ts'
import type { Usage } from '../verification/last-used.ts'

const Criteria = {
  accountId: Type.Optional(AccountId),
  kind: Type.Optional(OneOf(['pat', 'service'] as const)),
  status: Type.Optional(OneOf([...TOKEN_STATUSES, 'all'] as const, { default: 'active' })),
  q: Type.Optional(PlainText({ maxLength: 100, description: 'Part of the name, or a whole id.' })),
  unusedDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3650,
      description: 'Older than so many days and not used in them; never used ones, too.',
    }),
  ),
  createdBefore: Type.Optional(Type.String({ format: 'date-time', description: 'Made before this instant.' })),
}

export const InventoryQuery = closed({ ...Criteria, sort: Type.Optional(TokenSorts), ...page })

export const RevokeBody = Type.Union([
  closed({ ids: Type.Array(TokenId, { minItems: 1, maxItems: 1000, uniqueItems: true }) }),
  closed({
    filter: closed(Criteria),
    expectedCount: Type.Integer({
      minimum: 0,
      description: 'How many you were shown (`count` of the list): others, and nothing is revoked.',
    }),
  }),
])

export const InventoryToken = Type.Object({
  ...TokenBody.properties,
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
    owner: {
      id: token.accountId,
      kind,
      username,
      displayName,
      status: deactivatedAt === null ? 'active' : 'deactivated',
    },
  }
}
