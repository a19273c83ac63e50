import { authorizationOf, type NodeRequest, type NodeResponse, refuse } from './node-http.ts'
import { assertPermission, type Requirement, type Verifies } from './requirement.ts'
import type { Credential } from './verdict.ts'

export interface NodeRequirement<Request extends NodeRequest> extends Requirement {
  /** The client's address; by default that of the connection. Behind a proxy: what that proxy, and no client, says of it. */
  readonly address?: ((req: Request) => string | undefined) | undefined
}

/**
 * For plain node:http: resolves with who calls, who then is `req.ramp`, too. Undefined for a request that was refused, and is
 * answered.
 */
export function requireToken<Request extends NodeRequest>(
  verifier: Verifies,
  { permission, address = (req) => req.socket.remoteAddress }: NodeRequirement<Request> = {},
) {
  assertPermission(permission)
  return async (req: Request & { ramp?: Credential }, res: NodeResponse): Promise<Credential | undefined> => {
    const presented = { permission, address: address(req), client: req.headers['user-agent'] }
    const verdict = await verifier.verify(authorizationOf(req), presented)
    if (verdict.outcome === 'active') {
      req.ramp = verdict
      return verdict
    }
    refuse(res, verdict.outcome, permission)
    return undefined
  }
}
