import { authorizationOf, type NodeRequest, type NodeResponse, refuse } from './node-http.ts'
import { assertPermission, type Requirement, type Verifies } from './requirement.ts'
import type { Credential } from './verdict.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who calls. There once `requireToken` of @ramp/verifier/express has let the request in. */
      ramp: Credential
    }
  }
}

interface ExpressRequest extends NodeRequest {
  /** The client's address, by Express's setting `trust proxy`. */
  readonly ip?: string | undefined
  ramp: Credential
}

/** Middleware for Express: lets a request in whose token is valid and has the permission, and answers all others. */
export function requireToken(verifier: Verifies, { permission }: Requirement = {}) {
  assertPermission(permission)
  return (req: ExpressRequest, res: NodeResponse, next: () => void): void => {
    const presented = { permission, address: req.ip, client: req.headers['user-agent'] }
    void verifier.verify(authorizationOf(req), presented).then((verdict) => {
      if (verdict.outcome !== 'active') return refuse(res, verdict.outcome, permission)
      req.ramp = verdict
      next()
    })
  }
}
