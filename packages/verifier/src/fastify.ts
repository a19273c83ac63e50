import type { FastifyRequest } from 'fastify'
import { authorizationOf, type NodeRequest } from './node-http.ts'
import { answerTo } from './refusal-answer.ts'
import { assertPermission, type Requirement, type Verifies } from './requirement.ts'
import type { Credential } from './verdict.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls. There once `requireToken` of @ramp/verifier/fastify has let the request in. */
    ramp: Credential
  }
}

/** Its `ip` is by Fastify's option `trustProxy`. */
type RequestOfAnyRoute = Pick<FastifyRequest, 'ip' | 'ramp'> & { readonly raw: NodeRequest }

interface ReplyOfAnyRoute {
  code(status: number): { headers(headers: Record<string, string>): { send(body: string): unknown } }
}

/**
 * A hook for Fastify, best as `onRequest`, before a body is read: lets a request in whose token is valid and has the permission,
 * and answers all others.
 */
export function requireToken(verifier: Verifies, { permission }: Requirement = {}) {
  assertPermission(permission)
  return (request: RequestOfAnyRoute, reply: ReplyOfAnyRoute, done: () => void): void => {
    const presented = { permission, address: request.ip, client: request.raw.headers['user-agent'] }
    void verifier.verify(authorizationOf(request.raw), presented).then((verdict) => {
      if (verdict.outcome === 'active') {
        request.ramp = verdict
        done()
        return
      }
      const { status, headers, body } = answerTo(verdict.outcome, permission)
      reply
        .code(status)
        .headers({ ...headers })
        .send(body)
    })
  }
}
