import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../audit/audit.ts'
import type { AuthorityLoss } from '../authority/authority-loss.ts'
import type { AuthorizedContext } from '../authority/authorized.ts'
import { authorized } from '../authority/authorized.ts'
import type { Actor, AuthenticatedActor, SessionActor, TokenActor } from '../core/actor.ts'
import { plainAddress } from '../core/address.ts'
import { Problem } from '../core/problem.ts'
import type { Secret } from '../core/secret.ts'
import { holdsSecret } from '../core/text.ts'
import type { Services } from '../services.ts'
import { readSession } from '../sessions/read-session.ts'
import type { Verdict } from '../verification/verdict.ts'
import type { AccessRule } from './access.ts'
import { asAuthenticated } from './actors.ts'
import { bearerToken } from './bearer.ts'
import { basicCredentials, type ClientCredentials, invalidClient, isOfClient } from './client-credentials.ts'
import { FORM } from './form-body.ts'
import { authorityLost, credentialRequired, insufficient, refusalOf, sessionEnded } from './refusals.ts'
import { assertSameSite } from './same-site.ts'
import { sessionCookieOf } from './session-cookie.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, once the access rule has let them in. */
    actor: Actor
    /** When that was, epoch milliseconds; null before it. */
    admittedAt: number | null
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
    let presented: Presented
    try {
      presented = presentedBy(req, rule)
    } catch (error) {
      done(error as Error)
      return
    }
    const { secret, client } = presented
    if (secret === undefined) {
      sessionOf(services, publicUrl, req).then(
        (actor) => admit(req, { actor, rule, now: services.clock() }, done),
        done,
      )
      return
    }
    // Not within the `try`: the rest of the request may run before this returns.
    services.verifier.verify(secret, presenterOf(req), (verdict, epoch) => {
      if (client !== undefined && !isOfClient(verdict, client)) done(invalidClient())
      else if (verdict.outcome !== 'active') done(refusalOf(verdict.outcome))
      else admit(req, { actor: tokenActor(verdict, epoch), rule, now: services.clock() }, done)
    })
  }
}

/** The token or client secret that a request shows; without one, a session may count. */
interface Presented {
  readonly secret: Secret | undefined
  readonly client: ClientCredentials | undefined
}

/** Throws the refusal of a request that shows none where one is needed, or one where none belongs. */
function presentedBy(req: FastifyRequest, rule: AccessRule): Presented {
  assertNoStrayToken(req, rule)
  const client = rule.credentials === 'client' ? basicCredentials(req.raw) : undefined
  const secret = client?.secret ?? bearerToken(req.raw)
  if (secret === undefined && rule.credentials !== undefined) throw credentialRequired()
  return { secret, client }
}

/**
 * The service account that an OAuth client is, where a form may hold its credentials and so the hook cannot look for
 * them (RFC 6749 §2.3.1). Rejects with `invalid_client`, `address_not_allowed` or `verification_unavailable`.
 */
export function authenticateClient(
  services: Services,
  req: FastifyRequest,
  client: ClientCredentials,
): Promise<TokenActor> {
  return new Promise((resolve, reject) => {
    services.verifier.verify(client.secret, presenterOf(req), (verdict, epoch) => {
      if (!isOfClient(verdict, client)) reject(invalidClient())
      else if (verdict.outcome !== 'active') reject(refusalOf(verdict.outcome))
      else resolve(tokenActor(verdict, epoch))
    })
  })
}

/** The context of a caller whom the access rule has let in, for use cases that act on the caller's authority. */
export function contextOf(req: FastifyRequest, services: Services, actor = asAuthenticated(req)): AuthorizedContext {
  const { catalogue, clock } = services
  const refuse = (loss: AuthorityLoss) => authorityLost(loss, actor)
  return authorized({ ...visitorContextOf(req, services), actor }, { catalogue, clock, refuse })
}

/** From where and in which request somebody calls who relies on no authority: sign-in, device codes, refusals. */
export function visitorContextOf(req: FastifyRequest, services: Services): Context {
  return { actor: req.actor, ...presenterOf(req), requestId: req.id, now: services.clock() }
}

function presenterOf(req: FastifyRequest) {
  return { address: plainAddress(req.ip), client: req.headers['user-agent'] }
}

function admit(
  req: FastifyRequest,
  { actor, rule, now }: { readonly actor: AuthenticatedActor; readonly rule: AccessRule; readonly now: number },
  done: (error?: Error) => void,
): void {
  req.actor = actor
  req.admittedAt = now
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

async function sessionOf(services: Services, publicUrl: string | null, req: FastifyRequest): Promise<SessionActor> {
  const secret = sessionCookieOf(req)
  if (secret === undefined) throw credentialRequired()
  assertSameSite(req, publicUrl)
  const actor = await readSession(services, secret, (error) => req.log.warn({ err: error }, 'last seen not written'))
  if (actor === undefined) throw sessionEnded()
  return actor
}

function tokenActor(verdict: Extract<Verdict, { outcome: 'active' }>, epoch: number): TokenActor {
  const { token, account, permissions } = verdict
  const { kind, id, parentId, narrowing } = token
  return {
    kind,
    account,
    permissions,
    tokenId: id,
    parentId,
    isNarrowed: narrowing !== null,
    epoch,
    validUntil: token.expiresAt,
  }
}

/** A token in the address or in a form is refused without being looked at, and never echoed (RFC 6750 §5.3). */
function assertNoStrayToken(req: FastifyRequest, { credentials }: AccessRule): void {
  const address = req.raw.url ?? ''
  const query = address.indexOf('?')
  if (query >= 0 && (/[?&]access_token=/i.test(address) || holdsSecret(address))) throw new Problem('token_in_query')
  // What is asked about at an OAuth endpoint comes in a form, and a proxy that asks passes on what the body it keeps is.
  if (credentials === undefined && req.headers['content-type']?.startsWith(FORM) && !req.headers.authorization) {
    throw new Problem('token_in_form')
  }
}
