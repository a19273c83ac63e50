import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { TokenActor } from '../core/actor.ts'
import { FORWARDED_METHODS } from '../http/access.ts'
import { asToken } from '../http/actors.ts'
import { insufficient, roleMissing } from '../http/refusals.ts'
import type { Router } from '../http/routes.ts'
import { closed } from '../http/schemas.ts'
import { PERMISSION_PATTERN, ROLE_PATTERN } from '../roles/role-catalogue.ts'
import type { Services } from '../services.ts'
import { identityHeaders, originalRequest } from './forward-auth.ts'
import { MaxAge, sayFreshness } from './freshness.ts'

const oneOrSeveral = (pattern: string, description: string) => {
  const one = Type.String({ pattern, maxLength: 100 })
  return Type.Optional(Type.Union([one, Type.Array(one, { maxItems: 20 })], { description }))
}

/** Closed: a proxy that asks for a `?permision=` must not get an answer that demanded nothing. */
const Demand = closed({
  permission: oneOrSeveral(PERMISSION_PATTERN, 'What the token has to be allowed; several: all of them.'),
  role: oneOrSeveral(ROLE_PATTERN, 'What role the account has to have; several: all of them.'),
  max_age: MaxAge,
})

const Header = (description: string) => Type.String({ description })

const Accepted = {
  description: 'The token is accepted, and whatever was demanded is there. No body.',
  headers: {
    'X-Ramp-Account': Header('The id of the account.'),
    'X-Ramp-Account-Kind': Header('`member` or `service`.'),
    'X-Ramp-Username': Header(
      'Percent-encoded UTF-8 (RFC 3986): ASCII letters, digits and `-._@` stand for themselves.',
    ),
    'X-Ramp-Roles': Header('The roles in force, sorted, separated by commas; empty for none.'),
    'X-Ramp-Permissions': Header('The permissions in force, sorted, separated by commas.'),
    'X-Ramp-Token-Id': Header('The public id of the token.'),
    'X-Ramp-Epoch': Header('The count of changes that the answer reflects.'),
    'X-Ramp-Lease': Header('Milliseconds for which this server may believe its memory; 0 on SQLite.'),
  },
  content: { 'text/plain': { schema: Type.String({ maxLength: 0 }) } },
}

/**
 * `/_auth/verify`: a proxy asks with its client's Authorization header whether to let the request through. In a scope
 * that reads no bodies. The token was verified before (`http/authenticate.ts`): what is left is what the proxy demands.
 */
export function registerForwardAuthRoutes(app: Router, { verifier }: Services): void {
  const accept = (
    reply: Pick<FastifyReply, 'header' | 'headers' | 'send'>,
    actor: TokenActor,
    maxAgeSeconds?: number,
  ): void => {
    sayFreshness(reply, verifier, actor.epoch, maxAgeSeconds)
    reply.headers(identityHeaders(actor)).send()
  }

  for (const method of FORWARDED_METHODS) {
    app.route({
      method,
      url: '/_auth/verify',
      onError: noteOriginal,
      config: { problems: ['insufficient_permissions'] },
      schema: {
        operationId: 'verifyForProxy',
        tags: ['OAuth'],
        summary: 'Forward authentication, for proxies',
        description:
          'Called by a proxy with the Authorization header of its client, by any method. X-Forwarded-Method and -Uri (or X-Original-Method and -URI) are for the log of refusals, and like X-Forwarded-For are believed from trusted proxies only.',
        hide: method !== 'GET',
        querystring: Demand,
        response: { 200: Accepted },
      },
      handler: (req, reply) => {
        const actor = asToken(req)
        const { max_age: maxAge } = req.query
        assertDemand(actor, req.query)
        accept(reply, actor, maxAge)
      },
    })

    // Envoy appends the path and the query of its client: what stands there is the client's, and demands nothing.
    app.route({
      method,
      url: '/_auth/verify/*',
      onError: noteOriginal,
      schema: { hide: true },
      handler: (req, reply) => accept(reply, asToken(req)),
    })
  }
}

function assertDemand(actor: TokenActor, { permission = [], role = [] }: Static<typeof Demand>): void {
  for (const wanted of [permission].flat()) {
    if (!actor.permissions.has(wanted)) throw insufficient(wanted, actor)
  }
  for (const wanted of [role].flat()) {
    if (!actor.account.roles.includes(wanted)) throw roleMissing(wanted)
  }
}

/** The log's line of a refusal says which request it was about, if a proxy says so whose word counts for addresses, too. */
function noteOriginal(req: FastifyRequest, _reply: FastifyReply, _error: Error, done: () => void): void {
  const isBelieved = (req.ips?.length ?? 0) > 1
  if (isBelieved) req.log = req.log.child({ original: originalRequest(req.headers) })
  done()
}
