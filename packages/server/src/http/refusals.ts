import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthorityLoss } from '../authority/authority-loss.ts'
import type { AuthenticatedActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Verdict } from '../verification/verdict.ts'

/** What is answered to whoever is not let in, with the challenges of RFC 6750. Whether they are, `authenticate.ts` says. */

const PLAIN_CHALLENGE = 'Bearer realm="ramp"'

export function credentialRequired(): Problem {
  return new Problem('authentication_required', { headers: { 'www-authenticate': PLAIN_CHALLENGE } })
}

export function sessionEnded(): Problem {
  return new Problem('session_ended', { headers: { 'www-authenticate': PLAIN_CHALLENGE } })
}

/** RFC 6750 §3.1: `invalid_token`. Only a holder of the real secret gets a verdict that says more than "invalid". */
export function refusalOf(outcome: Exclude<Verdict['outcome'], 'active'>): Problem {
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
      return verificationUnavailable()
  }
}

export function verificationUnavailable(): Problem {
  return new Problem('verification_unavailable', { headers: { 'retry-after': '1' } })
}

function invalidToken(code: 'token_invalid' | 'token_revoked' | 'token_expired' | 'account_deactivated', why: string) {
  const challenge = `Bearer realm="ramp", error="invalid_token", error_description="${why}"`
  return new Problem(code, { headers: { 'www-authenticate': challenge } })
}

/** The refusal of a caller whose authority ended or shrank while the request was carried out. */
export function authorityLost(loss: AuthorityLoss, actor: AuthenticatedActor): Problem {
  switch (loss.kind) {
    case 'token':
      return refusalOf(loss.outcome)
    case 'session':
      return sessionEnded()
    case 'password':
      return new Problem('password_change_required')
    case 'permission':
      return insufficient(loss.permission, actor, `You lost the permission ${loss.permission} during this request.`)
    case 'role':
      return new Problem('insufficient_permissions', { detail: `You lost the role ${loss.role} during this request.` })
  }
}

/**
 * RFC 9728 §5.1: a client that was refused finds the authorization server by itself. Only where the public address is
 * known: what a client called must not get into a header. Not of what a proxy asks, which is about another resource.
 */
export function nameMetadata(req: FastifyRequest, reply: FastifyReply, publicUrl: string | null): void {
  const challenge = reply.getHeader('www-authenticate')
  if (publicUrl === null || typeof challenge !== 'string' || !challenge.startsWith('Bearer ')) return
  if (req.routeOptions.url?.startsWith('/_auth/')) return
  const address = `${publicUrl}/.well-known/oauth-protected-resource`
  reply.header('www-authenticate', `${challenge}, resource_metadata="${address}"`)
}

/** As {@link insufficient}, for a role: no scope would give it. */
export function roleMissing(role: string): Problem {
  const challenge = 'Bearer realm="ramp", error="insufficient_scope"'
  const detail = `This needs the role ${role}.`
  return new Problem('insufficient_permissions', { detail, headers: { 'www-authenticate': challenge } })
}

/** RFC 6750 §3.1: `insufficient_scope` names what would be needed. */
export function insufficient(
  permission: string,
  actor: AuthenticatedActor,
  detail = `This needs the permission ${permission}.`,
): Problem {
  if (actor.kind === 'session') return new Problem('insufficient_permissions', { detail })
  const challenge = `Bearer realm="ramp", error="insufficient_scope", scope="${permission}"`
  return new Problem('insufficient_permissions', { detail, headers: { 'www-authenticate': challenge } })
}
