import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { PROBLEMS, type ProblemCode } from '../core/problem-catalogue.ts'
import { PLAIN_TEXT_PATTERN } from '../core/text.ts'

/** Pieces that the features' schemas share. An unknown field is refused, never dropped. */

/** The fields of a body or a query string, and no others. */
export const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })

export const Instant = (description: string) => Type.String({ format: 'date-time', description })
/** A type list, not a union: a union's faults would name each branch that did not fit. */
export const Nullable = <S extends TSchema & { readonly type: string }>(schema: S) =>
  Type.Unsafe<Static<S> | null>({ ...schema, type: [schema.type, 'null'] })
export const PlainText = (options: {
  minLength?: number
  maxLength: number
  description?: string
  examples?: string[]
}) => Type.String({ ...options, pattern: PLAIN_TEXT_PATTERN })
export const OneOf = <const V extends readonly string[]>(
  values: V,
  options: { description?: string; default?: V[number] } = {},
) => Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...options })

export const AccountId = Type.String({ format: 'uuid', description: 'The id of an account.' })

export const Address = (description: string) =>
  Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], { description })

/** With a reactivation. */
export const TokensAtReactivation = OneOf(['restore', 'revoke'] as const, {
  description: 'With the status `active`: whether the tokens come back or stay revoked. Absent: the policy decides.',
})

export const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'How many at most.' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 1000, pattern: '^[A-Za-z0-9_-]+$', description: '`nextCursor` of the page before.' }),
  ),
}

/** Of a change to something that others may be editing, too: the `ETag` that the reader was given. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 200, description: 'The `ETag` that was read: refused with 412 if it has changed since.' }),
  ),
})

/** `{items, nextCursor}`; the cursor is null on the last page. */
export const listOf = <S extends TSchema>(item: S) =>
  Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()) })

/** Of a list that looks at so many and no more for a page (docs/decisions/0005). */
export const SHORT_PAGES =
  'A page may hold fewer than `limit`, even none, and have a `nextCursor`: then there may be more.'

/** An answer without a body. */
export const NoContent = Type.Null({ description: 'Done.' })

/** The answers of a route that are refusals, by status, each naming its codes. */
export function refusals(
  codes: Iterable<ProblemCode>,
  toResponse: (codes: readonly ProblemCode[]) => object = problemResponse,
): Record<number, object> {
  const responses: Record<number, object> = {}
  for (const [status, group] of Object.entries(Object.groupBy(codes, (code) => PROBLEMS[code].status))) {
    responses[Number(status)] = toResponse(group ?? [])
  }
  return responses
}

function problemResponse(codes: readonly ProblemCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]))
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: { 'application/problem+json': { schema: Type.Ref('Problem'), examples } },
  }
}

export const EXAMPLE_REQUEST_ID = '5b0e9c1e-3f0c-4f7e-9f43-0c0de2d1a111'

/** One example for each problem, to which the responses refer: so a response names the codes it can carry. */
export const PROBLEM_EXAMPLES = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, { title, status }]) => [
    code,
    {
      summary: title,
      value: {
        type: `urn:ramp:problem:${code}`,
        title,
        status,
        code,
        requestId: EXAMPLE_REQUEST_ID,
      },
    },
  ]),
)

/** The body of every refusal (RFC 9457). Registered once; routes refer to it. */
export const ProblemBody = Type.Object(
  {
    type: Type.String({ description: '`urn:ramp:problem:<code>`' }),
    title: Type.String(),
    status: Type.Integer(),
    code: OneOf(Object.keys(PROBLEMS) as ProblemCode[], { description: 'Stable: programs may branch on it.' }),
    detail: Type.Optional(Type.String({ description: 'What was wrong this time.' })),
    errors: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), code: Type.String(), message: Type.String() }), {
        description: 'The fields that were refused.',
      }),
    ),
    requestId: Type.String({ description: 'Names this request in the log.' }),
  },
  { $id: 'Problem' },
)
