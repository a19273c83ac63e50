import { type Static, Type } from 'typebox'
import { plainAddress } from '../core/address.ts'
import { Secret } from '../core/secret.ts'
import { FORM } from '../http/form-body.ts'
import { verificationUnavailable } from '../http/refusals.ts'
import type { Router } from '../http/routes.ts'
import { originOf } from '../http/same-site.ts'
import type { Services } from '../services.ts'
import { sayFreshness } from './freshness.ts'
import { type Introspection, introspectionOf } from './introspection.ts'
import {
  IntrospectionAnswer,
  IntrospectionBatch,
  IntrospectionForm,
  IntrospectionQuery,
} from './introspection-schemas.ts'
import type { TokenVerifier } from './token-verifier.ts'
import type { Verdict } from './verdict.ts'

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
        querystring: IntrospectionQuery,
        body: IntrospectionForm,
        response: { 200: IntrospectionAnswer },
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
        querystring: IntrospectionQuery,
        body: IntrospectionBatch,
        response: { 200: Type.Object({ items: Type.Array(IntrospectionAnswer) }) },
      },
    },
    async (req, reply) => {
      const origin = originOf(req, publicUrl)
      // One look at the database serves them all.
      const found = await Promise.all(req.body.tokens.map((asked) => ask(verifier, asked, true)))
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

function ask(
  verifier: TokenVerifier,
  asked: Pick<Static<typeof IntrospectionForm>, 'token' | 'address'>,
  hasCompany = false,
): Promise<Found> {
  const presenter = { address: plainAddress(asked.address ?? ''), client: undefined }
  return new Promise((resolve) =>
    verifier.verify(new Secret(asked.token), presenter, (verdict, epoch) => resolve({ verdict, epoch }), hasCompany),
  )
}

function answer({ verdict, epoch }: Found, issuer: string): Static<typeof IntrospectionAnswer> {
  if (verdict.outcome === 'unavailable') throw verificationUnavailable()
  return introspectionOf(verdict, epoch, issuer) satisfies Introspection as Static<typeof IntrospectionAnswer>
}
