import type { components } from './openapi.d.ts'

type Problem = components['schemas']['Problem']
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

/** Reads an `application/problem+json` body. A proxy in between may answer with something else. */
export function problemOf(body: unknown, response: Response): ProblemError {
  if (!isProblem(body)) return unreachable(response.status)
  const retryAfter = Number(response.headers.get('retry-after'))
  return new ProblemError({
    code: body.code,
    status: body.status,
    message: body.detail ?? body.title,
    fields: body.errors ?? [],
    retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
    requestId: body.requestId,
  })
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body
}
