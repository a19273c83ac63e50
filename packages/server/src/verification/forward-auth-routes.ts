import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { TokenActor } from '../core/actor.ts'
import { FORWARDED_METHODS } from '../http/access.ts'
import { asToken } from '../http/actors.ts'
import { insufficient, roleMissing } from '../http/refusals.ts'
import type { Router } from '../http/routes.ts'
import { PERMISSION_PATTERN, ROLE_PATTERN } from '../roles/role-catalogue.ts'
import type { Services } from '../services.ts'
import { type Demand, demandOfHeaders, demandOfTarget, ENVOY_PATH, VERIFY_PATH } from './demand.ts'
import { identityHeaders, originalRequest } from './forward-auth.ts'
import { MaxAge, sayFreshness } from './freshness.ts'

const oneOrSeveral = (pattern: string, description: string) => {
  const one = Type.String({ pattern, maxLength: 100 })
  return Type.Optional(Type.Union([one, Type.Array(one, { maxItems: 20 })], { description }))
}

const DemandQuery = Type.Object({
  permission: oneOrSeveral(PERMISSION_PATTERN, 'What the token has to be allowed; several: all of them.'),
  role: oneOrSeveral(ROLE_PATTERN, 'What role the token has to have; several: all of them.'),
  max_age: MaxAge,
})

const List = (description: string) => Type.Optional(Type.String({ description }))

const DemandHeaders = Type.Object({
  'X-Ramp-Require-Permission': List('What the token has to be allowed; several, separated by commas: all of them.'),
  'X-Ramp-Require-Role': List('What role the token has to have; several, separated by commas: all of them.'),
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
 * `/_auth/verify`, and `/_auth/envoy/` for Envoy: a proxy asks with its client's Authorization header whether to let the
 * request through. In a scope that reads no bodies. The token was verified before (`http/authenticate.ts`): what is left is what the proxy demands.
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

  const openTo = (req: FastifyRequest, reply: Parameters<typeof accept>[0], demand: Demand): void => {
    const actor = asToken(req)
    assertDemand(actor, demand)
    accept(reply, actor, demand.maxAgeSeconds)
  }

  for (const method of FORWARDED_METHODS) {
    app.route({
      method,
      url: VERIFY_PATH,
      onError: noteOriginal,
      config: { problems: ['insufficient_permissions'] },
      // `demandOfTarget` reads the query, more strictly than a schema can.
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'verifyForProxy',
        tags: ['OAuth'],
        summary: 'Forward authentication, for proxies',
        description:
          'A proxy calls this with the Authorization header of its client, by any method. The address is exact: any other spelling of the path, and any query that is not understood in full, is refused. X-Forwarded-Method and -Uri (or X-Original-Method and -URI) are for the log of refusals. Like X-Forwarded-For, they are believed from trusted proxies only.',
        hide: method !== 'GET',
        querystring: DemandQuery,
        response: { 200: Accepted },
      },
      handler: (req, reply) => openTo(req, reply, demandOfTarget(req.raw.url ?? '', req.headers)),
    })
  }

  app.get(
    `${ENVOY_PATH}*`,
    {
      onError: noteOriginal,
      config: { problems: ['insufficient_permissions'] },
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'verifyForEnvoy',
        tags: ['OAuth'],
        summary: 'Forward authentication, for Envoy',
        description:
          'Answers every method. Envoy appends the path and query of its client, which RAMP does not read. Demands come in headers that Envoy adds (`headers_to_add`), so that its client cannot set them.',
        headers: DemandHeaders,
        response: { 200: Accepted },
      },
    },
    (req, reply) => openTo(req, reply, demandOfHeaders(req.headers)),
  )
}

/** Throws `insufficient_permissions`, naming the first thing that is missing. */
function assertDemand(actor: TokenActor, { permissions, roles }: Demand): void {
  for (const wanted of permissions) if (!actor.permissions.has(wanted)) throw insufficient(wanted, actor)
  for (const wanted of roles) if (!actor.roles.includes(wanted)) throw roleMissing(wanted)
}

/** The log's line of a refusal says which request it was about, if a proxy says so whose word counts for addresses, too. */
function noteOriginal(req: FastifyRequest, _reply: FastifyReply, _error: Error, done: () => void): void {
  const isBelieved = (req.ips?.length ?? 0) > 1
  if (isBelieved) req.log = req.log.child({ original: originalRequest(req.headers) })
  done()
}
