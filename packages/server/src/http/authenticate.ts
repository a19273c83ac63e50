import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../audit/audit.ts'
import type { Actor, AuthenticatedActor, SessionActor, TokenActor } from '../core/actor.ts'
import { plainAddress } from '../core/address.ts'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import { holdsSecret } from '../core/text.ts'
import type { Services } from '../services.ts'
import { readSession } from '../sessions/read-session.ts'
import { SESSION_COOKIE } from '../sessions/session.ts'
import type { Verdict } from '../verification/verdict.ts'
import type { AccessRule } from './access.ts'
import { bearerToken } from './bearer.ts'
import { assertSameSite } from './same-site.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, once the access rule has let them in. */
    actor: Actor
  }
  interface FastifyContextConfig {
    /** Set for every route from the access matrix. */
    access?: AccessRule
  }
}

const ANONYMOUS: Actor = { kind: 'anonymous' }
export const NO_RULE: AccessRule = { by: [] }

/**
 * The one way in: a hook that finds out who calls and whether the access rule of the route lets them. A bearer token
 * that is refused ends the request; nothing else is tried. Written with callbacks for the bearer's path, where a
 * promise would be felt.
 */
export function authentication(services: Services, publicUrl: string | null) {
  return (req: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const rule = req.routeOptions.config.access ?? NO_RULE
    req.actor = ANONYMOUS
    if (rule.by[0] === 'anonymous' || req.is404) {
      done()
      return
    }
    try {
      assertNoStrayToken(req)
      const secret = bearerToken(req.raw)
      if (secret === undefined) {
        sessionOf(services, publicUrl, req).then((actor) => admit(req, actor, rule, done), done)
        return
      }
      services.verifier.verify(secret, presenterOf(req), (verdict) => {
        if (verdict.outcome !== 'active') done(refusalOf(verdict.outcome))
        else admit(req, tokenActor(verdict), rule, done)
      })
    } catch (error) {
      done(error as Error)
    }
  }
}

/** By whom and from where this request comes, for use cases and their audit events. */
export function contextOf(req: FastifyRequest, services: Services): Context {
  return { actor: req.actor, ...presenterOf(req), requestId: req.id, now: services.clock() }
}

function presenterOf(req: FastifyRequest) {
  return { address: plainAddress(req.ip), client: req.headers['user-agent'] }
}

function admit(req: FastifyRequest, actor: AuthenticatedActor, rule: AccessRule, done: (error?: Error) => void): void {
  req.actor = actor
  done(refusalBy(rule, actor))
}

/** Why the rule of the route does not let this actor in; undefined if it does. */
function refusalBy(rule: AccessRule, actor: AuthenticatedActor): Problem | undefined {
  if (actor.kind === 'session' && actor.mustChangePassword && rule.beforePasswordChange === undefined) {
    return new Problem('password_change_required')
  }
  if (!rule.by.includes(actor.kind)) {
    if (actor.kind === 'session') return new Problem('bearer_required')
    return rule.by.includes('session') && rule.by.length === 1
      ? new Problem('session_required')
      : new Problem('session_required', { detail: 'This kind of token cannot do this.' })
  }
  if (rule.permission !== undefined && !actor.permissions.has(rule.permission)) {
    return insufficient(rule.permission, actor)
  }
  return undefined
}

/** RFC 6750 §3.1: `insufficient_scope` names what would be needed. */
function insufficient(permission: string, actor: AuthenticatedActor): Problem {
  const detail = `This needs the permission ${permission}.`
  if (actor.kind === 'session') return new Problem('insufficient_permissions', { detail })
  const challenge = `Bearer realm="ramp", error="insufficient_scope", scope="${permission}"`
  return new Problem('insufficient_permissions', { detail, headers: { 'www-authenticate': challenge } })
}

async function sessionOf(services: Services, publicUrl: string | null, req: FastifyRequest): Promise<SessionActor> {
  const cookie = req.cookies[SESSION_COOKIE]
  if (cookie === undefined) throw required()
  assertSameSite(req, publicUrl)
  const actor = await readSession(services, new Secret(cookie), (error) =>
    req.log.warn({ err: error }, 'last seen not written'),
  )
  if (actor === undefined) {
    throw new Problem('session_ended', { headers: { 'www-authenticate': PLAIN_CHALLENGE } })
  }
  return actor
}

function tokenActor({ token, account, permissions }: Extract<Verdict, { outcome: 'active' }>): TokenActor {
  return { kind: token.kind, account, permissions, tokenId: token.id, isNarrowed: token.narrowing !== null }
}

const PLAIN_CHALLENGE = 'Bearer realm="ramp"'

function required(): Problem {
  return new Problem('authentication_required', { headers: { 'www-authenticate': PLAIN_CHALLENGE } })
}

/** RFC 6750 §3.1: `invalid_token`. Only a holder of the real secret gets a verdict that says more than "invalid". */
function refusalOf(outcome: Exclude<Verdict['outcome'], 'active'>): Problem {
  switch (outcome) {
    case 'malformed':
    case 'unknown':
      return invalidToken('token_invalid', 'The token is not valid')
    case 'revoked':
      return invalidToken('token_revoked', 'The token was revoked')
    case 'expired':
      return invalidToken('token_expired', 'The token has expired')
    case 'account_deactivated':
      return invalidToken('account_deactivated', 'The account of this token is deactivated')
    case 'address_not_allowed':
      return new Problem('address_not_allowed')
    case 'unavailable':
      return new Problem('verification_unavailable', { headers: { 'retry-after': '1' } })
  }
}

function invalidToken(code: 'token_invalid' | 'token_revoked' | 'token_expired' | 'account_deactivated', why: string) {
  const challenge = `Bearer realm="ramp", error="invalid_token", error_description="${why}"`
  return new Problem(code, { headers: { 'www-authenticate': challenge } })
}

/** A token in the address or in a form is refused without being looked at, and never echoed (RFC 6750 §5.3). */
function assertNoStrayToken(req: FastifyRequest): void {
  const address = req.raw.url ?? ''
  const query = address.indexOf('?')
  if (query >= 0 && (/[?&]access_token=/i.test(address) || holdsSecret(address))) throw new Problem('token_in_query')
  if (req.headers['content-type']?.startsWith('application/x-www-form-urlencoded') && !req.headers.authorization) {
    throw new Problem('token_in_form')
  }
}
