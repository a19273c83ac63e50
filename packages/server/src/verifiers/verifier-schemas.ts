import { Type } from 'typebox'
import { AccountId, closed, Instant, Nullable, OneOf, PlainText } from '../http/schemas.ts'
import { TokenId } from '../tokens/token-schemas.ts'
import { REFUSALS } from '../verification/verdict.ts'

const VerifierId = Type.String({ format: 'uuid', description: 'Names the lease.' })
const Epoch = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'A count of changes.' })

export const OneVerifier = Type.Object({ id: VerifierId })

export const ConnectBody = closed({
  name: PlainText({ minLength: 1, maxLength: 100, description: 'What an administrator knows the service by.' }),
  version: Type.Optional(PlainText({ maxLength: 50, description: 'Of the verifier’s software.' })),
  formerId: Type.Optional(
    Type.String({ format: 'uuid', description: 'The lease that this verifier had before: it ends.' }),
  ),
})

export const RegistrationBody = Type.Object({
  id: VerifierId,
  epoch: Epoch,
  run: Type.String({ description: 'Which run of the database gave the lease: from another one, nothing holds.' }),
  leaseMs: Type.Integer({ description: 'How long the cache may be trusted, from before the request was sent.' }),
  tokenPrefix: Type.String({ description: 'What tokens begin with.' }),
})

/** Seconds of calls of one token, as a service has counted them. */
const Used = closed({
  tokenId: TokenId,
  calls: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  refusals: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  address: Type.Optional(PlainText({ maxLength: 100, description: 'From where the last call came.' })),
  client: Type.Optional(PlainText({ maxLength: 400, description: 'The user agent of the last call.' })),
})

export const RenewBody = closed({
  appliedEpoch: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Every change up to this one was dropped from the cache.',
  }),
  renewals: Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'How often this lease was renewed before.',
  }),
  waitMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1000,
      default: 1000,
      description: 'How long to wait for a change: well below a lease, within which the next renewal has to come.',
    }),
  ),
  used: Type.Optional(
    Type.Array(Used, { maxItems: 200, description: 'What was decided from memory since the last renewal.' }),
  ),
})

export const RenewalBody = Type.Object({
  epoch: Epoch,
  run: Type.String(),
  changes: Type.Unsafe<readonly string[] | null>({
    type: ['array', 'null'],
    items: { type: 'string' },
    description:
      'What was touched since the epoch reported: `token:<id>`, `account:<id>`, `group:<id>` or others, which mean everything. Null: forget everything.',
  }),
})

export const PresentedBody = closed({
  token: Type.String({ maxLength: 500, description: 'What was presented.' }),
  address: Type.Optional(PlainText({ maxLength: 100, description: 'From where.' })),
  client: Type.Optional(PlainText({ maxLength: 400, description: 'The user agent.' })),
})

export const FindingBody = Type.Object({
  outcome: OneOf(['active', ...REFUSALS]),
  epoch: Epoch,
  credential: Type.Optional(
    Type.Object(
      {
        token: Type.Object({
          id: TokenId,
          kind: OneOf(['pat', 'service'] as const),
          expiresAt: Nullable(Instant('The end of its validity.')),
          isAddressBound: Type.Boolean({ description: 'Whether it may be used from some addresses only.' }),
        }),
        account: Type.Object({
          id: AccountId,
          kind: OneOf(['member', 'service'] as const),
          username: Type.String(),
          displayName: Type.String(),
          roles: Type.Array(Type.String()),
        }),
        permissions: Type.Array(Type.String(), { description: 'What this token may do now.' }),
      },
      { description: 'With the outcome `active`.' },
    ),
  ),
})

export const VerifierBody = Type.Object({
  id: VerifierId,
  kind: OneOf(['node', 'service'] as const),
  name: Type.String(),
  version: Type.String(),
  account: Nullable(
    Type.Object(
      { id: AccountId, username: Type.String() },
      { description: 'By whose credential it came; null for a node.' },
    ),
  ),
  since: Instant('Since when it has held a lease without a break.'),
  appliedEpoch: Epoch,
  lag: Type.Integer({ description: 'How many changes it has still to apply.' }),
  leaseMs: Type.Integer({ description: 'What is left of the lease, in milliseconds; 0 if it is over.' }),
})

export const VerifierListBody = Type.Object({
  items: Type.Array(VerifierBody),
  nextCursor: Nullable(Type.String()),
  epoch: Epoch,
  engine: OneOf(['sqlite', 'postgres'] as const, {
    description: 'On SQLite the server’s own processes hold no leases: each verification looks at the file.',
  }),
})
