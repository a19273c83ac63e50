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

/** Answers as RFC 6750 has it. What is wrong with a token, this API need not say. */
export function refuse(reply: FastifyReply, status: 401 | 403 | 503, permission: string): FastifyReply {
  if (status === 503) return reply.code(503).header('retry-after', '1').send()
  const error = status === 401 ? 'error="invalid_token"' : `error="insufficient_scope", scope="${permission}"`
  return reply.code(status).header('www-authenticate', `Bearer realm="runbooks", ${error}`).send()
}
