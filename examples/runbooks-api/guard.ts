import type { FastifyReply, FastifyRequest } from 'fastify'

/** Who calls, as far as this API wants to know. */
export interface Caller {
  readonly accountId: string
  readonly username: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard of the route. */
    caller: Caller
  }
}

/** Makes the hook of a route that lets in who has the permission, and answers everybody else. */
export type Guard = (permission: string) => (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export type Reason = 'missing' | 'invalid' | 'insufficient' | 'unavailable'

/** Answers as RFC 6750 §3 has it. What is wrong with an invalid token, this API need not say. */
export function refuse(reply: FastifyReply, reason: Reason, permission: string): FastifyReply {
  if (reason === 'unavailable') return reply.code(503).header('retry-after', '1').send()
  const challenge = {
    missing: 'Bearer realm="runbooks"',
    invalid: 'Bearer realm="runbooks", error="invalid_token"',
    insufficient: `Bearer realm="runbooks", error="insufficient_scope", scope="${permission}"`,
  }[reason]
  return reply
    .code(reason === 'insufficient' ? 403 : 401)
    .header('www-authenticate', challenge)
    .send()
}
