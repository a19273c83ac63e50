import { type Static, Type } from 'typebox'
import { toInstant, toInstantOrNull } from '../core/clock.ts'
import { closed, Instant, Nullable, OneOf, PlainText, page } from '../http/schemas.ts'
import type { Usage } from '../verification/write-usage.ts'
import { END_REASONS, type EndReason, TOKEN_STATUSES, type Token, tokenStatus } from './token.ts'
import { TOKEN_SORTS } from './token-query.ts'

export const TokenId = Type.String({
  pattern: '^[0-9A-Za-z]{12}$',
  description: 'The public part of a token: what stands between `ramp_pat_` and the secret.',
})

const Name = Type.String({
  minLength: 1,
  description: '1 to 100 characters, trimmed; unique among the active tokens.',
  examples: ['nightly backup on db1'],
})
const ExpiresAt = Nullable(
  Type.String({
    description:
      'A date (the end of that day in UTC) or an instant (RFC 3339), in the future. Null: valid until revoked.',
    examples: ['2027-01-31', '2027-01-31T12:00:00Z'],
  }),
)
const Permissions = Nullable(
  Type.Array(PlainText({ maxLength: 100 }), {
    minItems: 1,
    maxItems: 200,
    uniqueItems: true,
    description: 'Only these of the owner’s permissions. Null: all of them, as they are at each call.',
  }),
)
const AllowedAddresses = Nullable(
  Type.Array(PlainText({ maxLength: 50 }), {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'Addresses and CIDR ranges it may be used from. Null: any.',
  }),
)

export const CreateTokenBody = closed({
  name: Name,
  expiresAt: Type.Optional(ExpiresAt),
  permissions: Type.Optional(Permissions),
  allowedAddresses: Type.Optional(AllowedAddresses),
})

export const ChangeTokenBody = closed({
  name: Type.Optional(Name),
  expiresAt: Type.Optional(ExpiresAt),
  permissions: Type.Optional(Permissions),
  allowedAddresses: Type.Optional(AllowedAddresses),
})

export const RotateTokenBody = closed({
  overlapSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 30 * 86_400,
      default: 86_400,
      description: 'How long the old secret still counts; 0: it is revoked at once.',
    }),
  ),
  expiresAt: Type.Optional(ExpiresAt),
})

export const TokenSorts = OneOf(
  TOKEN_SORTS.flatMap((sort) => [sort, `-${sort}`] as const),
  { default: '-createdAt', description: 'A minus sign turns the order round.' },
)

export const ListedActivity = Type.Boolean({ description: 'Each token with its `activity`.' })

export const ListTokensQuery = closed({
  status: Type.Optional(OneOf([...TOKEN_STATUSES, 'all'] as const, { default: 'active' })),
  q: Type.Optional(PlainText({ maxLength: 100, description: 'Part of the name, or a whole id.' })),
  sort: Type.Optional(TokenSorts),
  activity: Type.Optional(ListedActivity),
  ...page,
})

export const TokenBody = Type.Object({
  id: TokenId,
  kind: OneOf(['pat', 'service'] as const),
  name: Type.String(),
  createdAt: Instant('When it was made.'),
  expiresAt: Nullable(Instant('When it ends; null: when it is revoked.')),
  lastUsedAt: Nullable(Instant('When it was last accepted, here or at an API that asks this server.')),
  lastUsedAddress: Nullable(Type.String({ description: 'From which address.' })),
  lastUsedClient: Nullable(Type.String({ description: 'By what: the user agent, cut and cleaned.' })),
  revokedAt: Nullable(Instant('When it was revoked.')),
  revokedBy: Nullable(Type.String({ description: 'The username of who revoked it.' })),
  endReason: Type.Unsafe<EndReason | null>({
    type: ['string', 'null'],
    enum: [...END_REASONS, null],
    description: 'Why the server itself ended it or moved its end; null: it did not.',
  }),
  status: OneOf(TOKEN_STATUSES),
  permissions: Nullable(Type.Array(Type.String())),
  allowedAddresses: Nullable(Type.Array(Type.String())),
  activity: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0 }), {
      description: 'The calls of each of the last 30 days, oldest first; only in lists, if asked for.',
    }),
  ),
})

export const CreatedToken = Type.Object({
  token: TokenBody,
  secret: Type.String({ description: 'The token itself. It is in this answer only and cannot be read again.' }),
})

/** A token as the API shows it, with the use that is noted but not stored yet. */
export function toTokenBody(token: Token, pending: Usage | undefined, now: number): Static<typeof TokenBody> {
  const used = pending !== undefined && pending.at >= (token.lastUsedAt ?? 0) ? pending : undefined
  return {
    id: token.id,
    kind: token.kind,
    name: token.name,
    createdAt: toInstant(token.createdAt),
    expiresAt: toInstantOrNull(token.expiresAt),
    lastUsedAt: toInstantOrNull(used?.at ?? token.lastUsedAt),
    lastUsedAddress: used ? used.address : token.lastUsedAddress,
    lastUsedClient: used ? used.client : token.lastUsedClient,
    revokedAt: toInstantOrNull(token.revokedAt),
    revokedBy: token.revokedBy,
    endReason: token.endReason,
    status: tokenStatus(token, now),
    permissions: token.permissions === null ? null : [...token.permissions],
    allowedAddresses: token.allowedAddresses === null ? null : [...token.allowedAddresses],
  }
}
