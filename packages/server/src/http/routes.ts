import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault, RouteOptions } from 'fastify'
import { Problem } from '../core/problem.ts'
import type { ProblemCode } from '../core/problem-catalogue.ts'
import { ACCESS, type AccessRule } from './access.ts'
import { oauthResponse } from './oauth-errors.ts'
import { refusals } from './schemas.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The problems that are this route's own; what its access rule and its inputs bring is added. */
    problems?: readonly ProblemCode[]
    /** Of a route that takes forms and answers with the errors of RFC 6749 instead of problems. */
    speaks?: 'oauth'
  }
}

/** The instance that feature routes are registered on: handlers are typed by their schemas. */
export type Router = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/**
 * Gives every route its access rule, refusing the start for one that is not in the matrix, and completes what the
 * OpenAPI document says of it: security, and each problem that it can answer with. Returns a function that adds, for
 * every path of the API, the answer 405 to the methods it does not have; call it when all routes are there.
 */
export function guardRoutes(app: FastifyInstance, access: Readonly<Record<string, AccessRule>> = ACCESS): () => void {
  const methodsByPath = new Map<string, Set<string>>()
  const shown = new Set<string>()
  app.addHook('onRoute', (route) => {
    if (route.config?.access === NOT_A_ROUTE) return
    for (const method of [route.method].flat()) {
      const key = `${method === 'HEAD' ? 'GET' : method} ${route.url}`
      const rule = access[key]
      if (rule === undefined) throw new Error(`The route ${key} is not in the access matrix (http/access.ts).`)
      route.config = { ...route.config, access: rule }
      const known = methodsByPath.get(route.url) ?? new Set()
      methodsByPath.set(route.url, known.add(method))
      if (route.schema?.hide) continue
      shown.add(route.url)
      describe(route, rule)
    }
  })
  return () => {
    for (const url of shown) addMethodNotAllowed(app, url, methodsByPath.get(url) ?? new Set())
  }
}

/** The rule of the 405 answers: nobody is asked who they are. */
const NOT_A_ROUTE: AccessRule = { by: ['anonymous'] }
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

function addMethodNotAllowed(app: FastifyInstance, url: string, methods: ReadonlySet<string>): void {
  const others = METHODS.filter((method) => !methods.has(method))
  if (others.length === 0) return
  const allow = [...methods].sort().join(', ')
  app.route({
    url,
    method: others,
    config: { access: NOT_A_ROUTE },
    schema: { hide: true },
    handler: () => {
      throw new Problem('method_not_allowed', { detail: `It has ${allow}.`, headers: { allow } })
    },
  })
}

function describe(route: RouteOptions, rule: AccessRule): void {
  const { schema } = route
  if (schema === undefined) return
  const isOAuth = route.config?.speaks === 'oauth'
  const codes = new Set([...problemsOf(route, rule), ...(route.config?.problems ?? [])])
  if (isOAuth) codes.delete('malformed_json')
  schema.response = { ...(schema.response as object), ...(isOAuth ? refusals(codes, oauthResponse) : refusals(codes)) }
  const schemes = new Set<string>(
    rule.by.filter((kind) => kind !== 'anonymous').map((kind) => (kind === 'session' ? kind : 'bearer')),
  )
  if (rule.credentials === 'client') schemes.add('client')
  schema.security = [...schemes].map((scheme) => ({ [scheme]: [] }))
  const demand = rule.permission === undefined ? '' : `Needs the permission \`${rule.permission}\`.`
  // The HEAD of a GET has its schema, and comes here after it.
  if (schema.description?.endsWith(demand)) return
  schema.description = [schema.description, demand].filter(Boolean).join('\n\n')
}

/** What can go wrong at any route with such a rule and such inputs. */
function problemsOf(route: RouteOptions, rule: AccessRule): ProblemCode[] {
  const { body, params, querystring } = route.schema ?? {}
  const codes: ProblemCode[] = [
    'bad_request',
    'request_timeout',
    'headers_too_large',
    'internal_error',
    'storage_unavailable',
  ]
  if (body) codes.push('validation_failed')
  // A body is parsed before anybody asks whether one is wanted.
  if (![route.method].flat().includes('GET')) {
    codes.push('malformed_json', 'body_too_large', 'unsupported_media_type', 'settlement_unconfirmed')
  }
  if (params || querystring) codes.push('validation_failed')
  if (rule.by.includes('anonymous')) return codes
  codes.push('token_in_query', 'authentication_required', 'authorization_scheme_unsupported', 'token_invalid')
  codes.push('token_expired', 'token_revoked', 'account_deactivated', 'address_not_allowed', 'verification_unavailable')
  if (rule.credentials === 'client') codes.push('invalid_client')
  if (rule.credentials === undefined) {
    codes.push('token_in_form')
    if (rule.by.includes('session')) codes.push('session_ended', 'cross_site_request')
    else codes.push('bearer_required')
  }
  if (rule.by.includes('session') && rule.beforePasswordChange === undefined) codes.push('password_change_required')
  if (!rule.by.includes('pat') || !rule.by.includes('service')) codes.push('session_required')
  if (rule.permission !== undefined) codes.push('insufficient_permissions')
  return codes
}
