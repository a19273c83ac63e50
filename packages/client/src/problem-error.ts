import type { components } from './openapi.d.ts'

type Problem = components['schemas']['Problem']
type OAuthError = components['schemas']['OAuthError']
export type ProblemCode = Problem['code']

/** Why a call did not give an answer: a problem the server described, or no usable answer at all. */
export class ProblemError extends Error {
  readonly code: ProblemCode | 'unreachable'
  /** The HTTP status; 0 without an answer. */
  readonly status: number
  readonly fields: NonNullable<Problem['errors']>
  readonly retryAfterSeconds: number | undefined
  readonly requestId: string | undefined

  constructor(init: Pick<ProblemError, 'code' | 'status' | 'message'> & Partial<ProblemError>) {
    super(init.message, { cause: init.cause })
    this.code = init.code
    this.status = init.status
    this.fields = init.fields ?? []
    this.retryAfterSeconds = init.retryAfterSeconds
    this.requestId = init.requestId
  }
}

export function unreachable(status: number, cause?: unknown): ProblemError {
  return new ProblemError({
    code: 'unreachable',
    status,
    message: 'The server cannot be reached. Check your connection and try again.',
    cause,
  })
}

/**
 * Reads an `application/problem+json` body, or what `/oauth2/` answers instead, in the form of RFC 6749 §5.2. A proxy in
 * between may answer with something else.
 */
export function problemOf(body: unknown, response: Response): ProblemError {
  if (!isProblem(body)) return unreachable(response.status)
  const retryAfter = Number(response.headers.get('retry-after'))
  const isOAuth = 'error' in body
  return new ProblemError({
    code: body.code as ProblemCode,
    status: response.status,
    message: isOAuth ? body.error_description : (body.detail ?? body.title),
    fields: isOAuth ? [] : (body.errors ?? []),
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
    requestId: body.requestId,
  })
}

function isProblem(body: unknown): body is Problem | OAuthError {
  if (typeof body !== 'object' || body === null || !('code' in body)) return false
  return 'title' in body || ('error' in body && 'error_description' in body)
}
