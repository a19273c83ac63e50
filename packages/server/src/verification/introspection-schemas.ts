import { Type } from 'typebox'
import { Address, closed, OneOf } from '../http/schemas.ts'
import { MaxAge } from './freshness.ts'

const BATCH_LENGTH = 100

const token = Type.String({ description: 'The whole text of the token.' })
const address = Type.Optional(
  Address(
    'The address of the client that presented the token. Without it a token that is limited to addresses is not active, since nobody can say whether the limit is kept.',
  ),
)

/** Parameters that nobody knows are ignored (RFC 6749 §3.2), and so is `token_type_hint`: the text says what it is. */
export const IntrospectionForm = Type.Object({
  token,
  token_type_hint: Type.Optional(Type.String({ description: 'Not needed, and not looked at.' })),
  address,
})

/** One object, not a union of two: a union is tried out at each answer. */
export const IntrospectionAnswer = Type.Object({
  active: Type.Boolean({ description: 'Whether the token opens anything now. If not, nothing else is said.' }),
  sub: Type.Optional(Type.String({ format: 'uuid', description: 'The id of the account.' })),
  username: Type.Optional(Type.String()),
  token_type: Type.Optional(OneOf(['Bearer'] as const)),
  client_id: Type.Optional(Type.String({ description: 'Of service accounts: the id of the account.' })),
  exp: Type.Optional(Type.Integer({ description: 'Seconds since 1970. Absent: valid until revoked.' })),
  iat: Type.Optional(Type.Integer({ description: 'Seconds since 1970.' })),
  scope: Type.Optional(
    Type.String({
      description: 'The permissions in force at this call, sorted, separated by blanks.',
      examples: ['own-tokens:read templates:read'],
    }),
  ),
  iss: Type.Optional(Type.String({ description: 'This server.' })),
  roles: Type.Optional(Type.Array(Type.String(), { description: 'The roles in force at this call.' })),
  account_kind: Type.Optional(OneOf(['member', 'service'] as const)),
  token_id: Type.Optional(Type.String({ description: 'The public id of the token.' })),
  epoch: Type.Optional(Type.Integer({ description: 'The count of changes that the answer reflects.' })),
})

export const IntrospectionQuery = closed({ max_age: MaxAge })

export const IntrospectionBatch = closed({
  tokens: Type.Array(closed({ token, address }), { minItems: 1, maxItems: BATCH_LENGTH }),
})
