import { PROBLEMS, type ProblemCode } from './problem-catalogue.ts'

/** One field that was refused, beside the problem's own code. `field` is a path such as `expiresAt` or `permissions.0`. */
export interface FieldError {
  readonly field: string
  readonly code: string
  readonly message: string
}

interface ProblemOptions {
  /** The public sentence for this occurrence; without it, the catalogue's title stands alone. */
  readonly detail?: string
  readonly errors?: readonly FieldError[]
  readonly headers?: Readonly<Record<string, string>>
  /** For the log only, never in the answer. */
  readonly reason?: string
  readonly cause?: unknown
}

/** A refusal that the caller is told of (RFC 9457). Use cases throw it; only the HTTP layer turns it into an answer. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail: string | undefined
  readonly errors: readonly FieldError[] | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly reason: string | undefined

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.status = PROBLEMS[code].status
    this.title = PROBLEMS[code].title
    this.detail = options.detail
    this.errors = options.errors
    this.headers = options.headers ?? {}
    this.reason = options.reason
  }
}

/** A refusal of exactly one field. The field's code defaults to the problem's. */
export function fieldProblem(code: ProblemCode, field: string, message: string, fieldCode: string = code): Problem {
  return new Problem(code, { detail: message, errors: [{ field, code: fieldCode, message }] })
}
