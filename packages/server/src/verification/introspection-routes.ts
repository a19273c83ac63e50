import { type Static, Type } from 'typebox'
import { plainAddress } from '../core/address.ts'
import { Secret } from '../core/secret.ts'
import { FORM } from '../http/form-body.ts'
import { verificationUnavailable } from '../http/refusals.ts'
import type { Router } from '../http/routes.ts'
import { originOf } from '../http/same-site.ts'
import { Address, closed, OneOf } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { MaxAge, sayFreshness } from './freshness.ts'
import { type Introspection, introspectionOf } from './introspection.ts'
import type { TokenVerifier } from './token-verifier.ts'
import type { Verdict } from './verdict.ts'

const BATCH_LENGTH = 100

const token = Type.String({ description: 'The whole text of the token.' })
const address = Type.Optional(
  Address(
    'The address of the client that presented the token. Without it a token that is limited to addresses is not active, since nobody can say whether the limit is kept.',
  ),
)

/** Parameters that nobody knows are ignored (RFC 6749 §3.2), and so is `token_type_hint`: the text says what it is. */
const Form = Type.Object({
  token,
  token_type_hint: Type.Optional(Type.String({ description: 'Not needed, and not looked at.' })),
  address,
})

/** One object, not a union of two: a union is tried out at each answer. */
const Answer = Type.Object({
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

const Query = closed({ max_age: MaxAge })

const ABOUT =
  'It counts as a use of the token, from the address that is given, by no client in particular. 503, and never `active: false`, when it cannot be checked.'

/** `POST /oauth2/introspect` (RFC 7662). In a scope that takes forms and speaks OAuth. */
export function registerIntrospection(app: Router, { verifier }: Services, publicUrl: string | null): void {
  app.post(
    '/oauth2/introspect',
    {
      config: { speaks: 'oauth', problems: ['invalid_request'] },
      schema: {
        operationId: 'introspectToken',
        tags: ['OAuth'],
        summary: 'Whether a token is active, and what it may do (RFC 7662)',
        description: ABOUT,
        consumes: [FORM],
        querystring: Query,
        body: Form,
        response: { 200: Answer },
      },
    },
    async (req, reply) => {
      const found = await ask(verifier, req.body)
      const body = answer(found, originOf(req, publicUrl))
      sayFreshness(reply, verifier, found.epoch, req.query.max_age)
      return body
    },
  )
}

/** `POST /oauth2/introspect/batch`: OAuth has nothing for many, so this speaks JSON as the rest of RAMP does. */
export function registerBatchIntrospection(app: Router, { verifier }: Services, publicUrl: string | null): void {
  app.post(
    '/oauth2/introspect/batch',
    {
      schema: {
        operationId: 'introspectTokens',
        tags: ['OAuth'],
        summary: 'Introspect several tokens',
        description: `All at the same moment; the answers come in the order of the questions. ${ABOUT}`,
        querystring: Query,
        body: closed({ tokens: Type.Array(closed({ token, address }), { minItems: 1, maxItems: BATCH_LENGTH }) }),
        response: { 200: Type.Object({ items: Type.Array(Answer) }) },
      },
    },
    async (req, reply) => {
      const origin = originOf(req, publicUrl)
      // Asked within one turn of the event loop: one look at the database serves them all.
      const found = await Promise.all(req.body.tokens.map((asked) => ask(verifier, asked)))
      const items = found.map((each) => answer(each, origin))
      sayFreshness(reply, verifier, Math.min(...found.map(({ epoch }) => epoch)), req.query.max_age)
      return { items }
    },
  )
}

interface Found {
  readonly verdict: Verdict
  readonly epoch: number
}

function ask(verifier: TokenVerifier, asked: Pick<Static<typeof Form>, 'token' | 'address'>): Promise<Found> {
  const presenter = { address: plainAddress(asked.address ?? ''), client: undefined }
  return new Promise((resolve) =>
    verifier.verify(new Secret(asked.token), presenter, (verdict, epoch) => resolve({ verdict, epoch })),
  )
}

function answer({ verdict, epoch }: Found, issuer: string): Static<typeof Answer> {
  if (verdict.outcome === 'unavailable') throw verificationUnavailable()
  return introspectionOf(verdict, epoch, issuer) satisfies Introspection as Static<typeof Answer>
}
