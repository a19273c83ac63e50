import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../core/problem.ts'
import type { ProblemCode } from '../core/problem-catalogue.ts'
import { logProblem, toProblem } from './error-handler.ts'
import { EXAMPLE_REQUEST_ID } from './schemas.ts'

/**
 * How a problem reads at `/oauth2/`, where programs expect the errors of RFC 6749 §5.2 and not RFC 9457. There is one
 * catalogue of problems, and one kind of refusal that use cases throw; only what goes out differs, and only here:
 * `error` and `error_description` for OAuth clients, beside them the `code` and `requestId` that all of RAMP has.
 */

/** The problems that OAuth knows by the same name. */
const OAUTH_ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unsupported_grant_type',
  'invalid_scope',
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
] as const satisfies readonly ProblemCode[]

/** … and those of RFC 6750 §3.1, of a refused bearer token, and of a server that cannot. */
type OAuthError =
  | (typeof OAUTH_ERRORS)[number]
  | 'invalid_token'
  | 'insufficient_scope'
  | 'server_error'
  | 'temporarily_unavailable'

/** What the policy says to a person who has approved is, to the program that asked, a denial. */
const DENIALS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'token_creation_not_allowed',
  'policy_violation',
  'token_limit_reached',
])

function oauthErrorOf({ code, status }: Problem): OAuthError {
  const known = OAUTH_ERRORS.find((error) => error === code)
  if (known !== undefined) return known
  if (DENIALS.has(code)) return 'access_denied'
  if (status === 401) return 'invalid_token'
  if (code === 'insufficient_permissions') return 'insufficient_scope'
  if (status === 429) return 'slow_down'
  if (status === 503) return 'temporarily_unavailable'
  return status >= 500 ? 'server_error' : 'invalid_request'
}

function oauthErrorBody(problem: Problem, requestId: string) {
  return {
    error: oauthErrorOf(problem),
    error_description: describable(problem.detail ?? problem.title),
    code: problem.code,
    requestId,
  }
}

/** The error handler of a scope whose routes speak OAuth. */
export function handleOAuthError(error: FastifyError | Problem, req: FastifyRequest, reply: FastifyReply) {
  const problem = toProblem(error)
  logProblem(problem, error, req)
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/json')
    .send(oauthErrorBody(problem, req.id))
}

export const OAuthErrorBody = Type.Object(
  {
    error: Type.String({ examples: ['invalid_grant'] }),
    error_description: Type.String(),
    code: Type.String({ description: 'The same in the words of the rest of the API: see `docs/errors.md`.' }),
    requestId: Type.String({ description: 'Names this request in the log.' }),
  },
  { $id: 'OAuthError' },
)

/** The answers of such a route that are refusals of one status, for the OpenAPI document. */
export function oauthResponse(codes: readonly ProblemCode[]): object {
  const examples = codes.map((code) => [code, { value: oauthErrorBody(new Problem(code), EXAMPLE_REQUEST_ID) }])
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: { 'application/json': { schema: Type.Ref('OAuthError'), examples: Object.fromEntries(examples) } },
  }
}

/** RFC 6749 §5.2: visible ASCII without quotation mark and backslash. */
function describable(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll('…', '...')
    .replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
