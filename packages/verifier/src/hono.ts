import type { Context, MiddlewareHandler } from 'hono'
import { answerTo } from './refusal-answer.ts'
import { assertPermission, type Requirement, type Verifies } from './requirement.ts'
import type { Credential } from './verdict.ts'

export interface HonoRequirement extends Requirement {
  /**
   * The client's address: with @hono/node-server, by default that of the connection. Elsewhere `getConnInfo` of the platform's
   * adapter says it; behind a proxy, what that proxy, and no client, says of it.
   */
  readonly address?: ((c: Context) => string | undefined) | undefined
}

/** Middleware for Hono: lets a request in whose token is valid and has the permission; who calls is `c.get('ramp')` from there on. */
export function requireToken(
  verifier: Verifies,
  { permission, address = connectionAddress }: HonoRequirement = {},
): MiddlewareHandler<{ Variables: { ramp: Credential } }> {
  assertPermission(permission)
  return async (c, next) => {
    const presented = { permission, address: address(c), client: c.req.header('user-agent') }
    const verdict = await verifier.verify(c.req.header('authorization'), presented)
    if (verdict.outcome !== 'active') {
      const { status, headers, body } = answerTo(verdict.outcome, permission)
      return c.body(body, status, { ...headers })
    }
    c.set('ramp', verdict)
    return next()
  }
}

function connectionAddress(c: Context): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } }
  return incoming?.socket?.remoteAddress
}
