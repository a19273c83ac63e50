import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type FieldError, Problem } from '../core/problem.ts'
import type { ProblemCode } from '../core/problem-catalogue.ts'
import { withoutSecrets } from '../core/text.ts'
import { isStorageUnavailable } from '../storage/storage-errors.ts'

/** What the framework itself refuses, in our words. */
const FASTIFY_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_BAD_URL: 'bad_request',
  FST_ERR_MAX_PARAM_LENGTH: 'bad_request',
}

/** The body of every refusal (RFC 9457). */
export function problemBody(problem: Problem, requestId: string) {
  return {
    type: `urn:ramp:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    code: problem.code,
    ...(problem.detail !== undefined && { detail: problem.detail }),
    ...(problem.errors !== undefined && { errors: problem.errors }),
    requestId,
  }
}

export function sendProblem(problem: Problem, req: FastifyRequest, reply: FastifyReply) {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json')
    .send(problemBody(problem, req.id))
}

/** Turns whatever was thrown into an answer. The public sentence goes out; the reason goes to the log. */
export function handleError(error: FastifyError | Problem, req: FastifyRequest, reply: FastifyReply) {
  const problem = toProblem(error)
  logProblem(problem, error, req)
  return sendProblem(problem, req, reply)
}

export function logProblem(problem: Problem, error: unknown, req: FastifyRequest): void {
  if (problem.status >= 500) req.log.error({ err: error, code: problem.code }, problem.title)
  else req.log.debug({ code: problem.code, reason: problem.reason }, problem.title)
}

export function toProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return validationProblem(error)
  const code = FASTIFY_PROBLEMS[error.code]
  if (code !== undefined) return new Problem(code, { cause: error })
  if (isStorageUnavailable(error))
    return new Problem('storage_unavailable', { cause: error, headers: { 'retry-after': '1' } })
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new Problem('bad_request', { detail: `${STATUS_CODES[error.statusCode] ?? 'Bad Request'}.`, cause: error })
  }
  return new Problem('internal_error', { cause: error })
}

/** A body can be wrong in thousands of places; nobody reads more, and the answer must not be larger than the request. */
const FAULTS_SHOWN = 20

function validationProblem(error: FastifyError): Problem {
  const errors = (error.validation ?? []).slice(0, FAULTS_SHOWN).map((fault) => fieldError(fault as SchemaFault))
  const place = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body')
  return new Problem('validation_failed', { detail: `Not acceptable in the ${place}: ${summary(errors)}`, errors })
}

function summary(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join(' ')
}

interface SchemaFault {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A JSON Schema fault in words. What was sent is never repeated: it may be a secret in the wrong field. */
function fieldError({ keyword, instancePath, params }: SchemaFault): FieldError {
  const path = instancePath.slice(1).replaceAll('/', '.')
  const at = (name: unknown) => (path === '' ? String(name) : `${path}.${String(name)}`)
  switch (keyword) {
    case 'required':
      return { field: at(params['missingProperty']), code: 'required', message: 'This is required.' }
    case 'additionalProperties':
      return {
        // A field that we do not know is named back, unless it is a secret that came in its place.
        field: withoutSecrets(at(params['additionalProperty'])).slice(0, 100),
        code: 'unknown_field',
        message: 'There is no such field.',
      }
    case 'type':
      return {
        field: path,
        code: 'wrong_type',
        message: `This must be of the type ${String(params['type']).replaceAll(',', ' or ')}.`,
      }
    case 'enum':
      return {
        field: path,
        code: 'not_an_option',
        message: `This must be one of: ${String(params['allowedValues']).replaceAll(',', ', ')}.`,
      }
    case 'minLength':
    case 'minItems':
      return { field: path, code: 'too_short', message: `This must have at least ${String(params['limit'])}.` }
    case 'maxLength':
    case 'maxItems':
      return { field: path, code: 'too_long', message: `This must have at most ${String(params['limit'])}.` }
    case 'minimum':
    case 'maximum':
      return {
        field: path,
        code: 'out_of_range',
        message: `This must be ${String(params['comparison'])} ${String(params['limit'])}.`,
      }
    case 'uniqueItems':
      return { field: path, code: 'repeated', message: 'Nothing may stand here twice.' }
    default:
      return { field: path, code: 'wrong_format', message: 'This does not have the form that is needed.' }
  }
}
