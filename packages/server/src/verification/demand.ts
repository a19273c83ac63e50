import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { fieldProblem, Problem } from '../core/problem.ts'
import { withoutSecrets } from '../core/secret-text.ts'
import { PERMISSION_PATTERN, ROLE_PATTERN } from '../roles/role-catalogue.ts'

/**
 * What a proxy demands of its caller's token. A demand is understood in full or refused: a proxy whose demand has a
 * misspelt name, an empty value or a stray slash must not get an answer that demanded nothing.
 */
export interface Demand {
  readonly permissions: readonly string[]
  readonly roles: readonly string[]
  readonly maxAgeSeconds: number | undefined
}

export const VERIFY_PATH = '/_auth/verify'

/** What Envoy puts before its client's path. */
export const ENVOY_PATH = '/_auth/envoy/'

/**
 * The request target as it is routed. Envoy asks by its client's method and appends its client's path and query. All
 * of that is dropped here, so that no router, log or check reads it, whatever bytes and escapes it holds.
 */
export function routedTarget(req: IncomingMessage): string {
  const { url = '' } = req
  if (!url.startsWith(ENVOY_PATH)) return url
  req.method = 'GET'
  return ENVOY_PATH
}

const MOST_VALUES = 20
const LONGEST_MAX_AGE_SECONDS = 60
const PERMISSION = new RegExp(PERMISSION_PATTERN)
const ROLE = new RegExp(ROLE_PATTERN)
const NOTHING: Demand = { permissions: [], roles: [], maxAgeSeconds: undefined }

/**
 * The demand of `/_auth/verify?permission=…&role=…`. `target` is the request target as it was sent: the router decodes
 * escapes and drops fragments, so other spellings reach the same route. Throws `not_found` or `validation_failed`.
 */
export function demandOfTarget(target: string, headers: IncomingHttpHeaders): Demand {
  const stray = Object.keys(headers).find((name) => name.startsWith(REQUIRE))
  if (stray !== undefined) throw misunderstood(stray, `This header counts below ${ENVOY_PATH} only.`)
  if (target === VERIFY_PATH) return NOTHING
  if (!target.startsWith(`${VERIFY_PATH}?`)) throw new Problem('not_found')
  const values = { permission: [] as string[], role: [] as string[], max_age: [] as string[] }
  for (const parameter of target.slice(VERIFY_PATH.length + 1).split('&')) {
    const [name = '', value = ''] = parameter.split(/=(.*)/s, 2)
    if (!Object.hasOwn(values, name)) throw misunderstood(name, 'There is no such parameter.', 'unknown_field')
    values[name as keyof typeof values].push(decoded(name, value))
  }
  const { permission, role, max_age: maxAge } = values
  return { ...demanded('permission', permission, 'role', role), maxAgeSeconds: maxAgeOf(maxAge) }
}

/** What the headers begin with in which Envoy says its demands. */
const REQUIRE = 'x-ramp-require-'
const REQUIRE_PERMISSION = `${REQUIRE}permission`
const REQUIRE_ROLE = `${REQUIRE}role`

/**
 * The demand of Envoy's form: in headers, each with a list separated by commas. Envoy appends its client's path and query
 * to the address, so nothing there is Envoy's word. Throws `validation_failed`.
 */
export function demandOfHeaders(headers: IncomingHttpHeaders): Demand {
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(REQUIRE) || name === REQUIRE_PERMISSION || name === REQUIRE_ROLE) continue
    throw misunderstood(name, 'There is no such demand.', 'unknown_field')
  }
  // Node joins repeated headers of these names by commas, so each of them counts.
  const listOf = (name: string) => headers[name]?.toString().split(/[ \t]*,[ \t]*/) ?? []
  return {
    ...demanded(REQUIRE_PERMISSION, listOf(REQUIRE_PERMISSION), REQUIRE_ROLE, listOf(REQUIRE_ROLE)),
    maxAgeSeconds: undefined,
  }
}

function demanded(permission: string, permissions: readonly string[], role: string, roles: readonly string[]) {
  assertValues(permission, permissions, PERMISSION)
  assertValues(role, roles, ROLE)
  return { permissions, roles }
}

function assertValues(name: string, values: readonly string[], pattern: RegExp): void {
  if (values.length > MOST_VALUES) throw misunderstood(name, `This may stand here ${MOST_VALUES} times.`, 'too_long')
  if (!values.every((value) => value.length <= 100 && pattern.test(value))) {
    throw misunderstood(name, 'This does not have the form that is needed.')
  }
}

function maxAgeOf(values: readonly string[]): number | undefined {
  const [value, ...more] = values
  if (value === undefined) return undefined
  const seconds = Number(value)
  const isUnderstood = /^[1-9][0-9]?$/.test(value) && seconds <= LONGEST_MAX_AGE_SECONDS && more.length === 0
  if (!isUnderstood)
    throw misunderstood('max_age', `This is a whole number from 1 to ${LONGEST_MAX_AGE_SECONDS}, once.`)
  return seconds
}

/** The pattern that a value has to match decides what it may hold. */
function decoded(name: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw misunderstood(name, 'This is not percent-encoded UTF-8.')
  }
}

/** A name that nobody knows is named back, unless it is a secret that came in its place. */
function misunderstood(name: string, message: string, code = 'wrong_format'): Problem {
  return fieldProblem('validation_failed', withoutSecrets(name).slice(0, 100), message, code)
}
