import type { Refusal } from './verdict.ts'

/** What is answered to a call that is not let in, whatever the framework. */
export interface RefusalAnswer {
  readonly status: 401 | 403 | 503
  /** Names in lower case. `content-type` is among them. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON: a problem of RFC 9457 with RAMP's stable `code`. */
  readonly body: string
}

/**
 * The answer of RFC 6750 §3: a plain challenge to a call without a token, `invalid_token` where there is another to be had, and
 * `insufficient_scope` with what `permission` the call takes. Codes and titles are those of RAMP itself (RAMP's docs/errors.md).
 */
export function answerTo(refusal: Refusal, permission?: string): RefusalAnswer {
  switch (refusal) {
    case 'missing':
      return answer(401, 'authentication_required', 'A credential is required.', { 'www-authenticate': CHALLENGE })
    case 'malformed':
    case 'unknown':
      return invalidToken('token_invalid', 'The token is not valid')
    case 'revoked':
      return invalidToken('token_revoked', 'The token was revoked')
    case 'expired':
      return invalidToken('token_expired', 'The token has expired')
    case 'account_deactivated':
      return invalidToken('account_deactivated', 'The account of this token is deactivated')
    case 'address_not_allowed':
      return answer(403, 'address_not_allowed', 'The token may not be used from this address.')
    case 'insufficient_permissions':
      return insufficient(permission)
    case 'unavailable':
      return answer(503, 'verification_unavailable', 'The token cannot be checked now.', { 'retry-after': '1' })
  }
}

const CHALLENGE = 'Bearer realm="ramp"'

function invalidToken(code: string, why: string): RefusalAnswer {
  const challenge = `${CHALLENGE}, error="invalid_token", error_description="${why}"`
  return answer(401, code, `${why}.`, { 'www-authenticate': challenge })
}

function insufficient(permission: string | undefined): RefusalAnswer {
  const scope = permission === undefined ? '' : `, scope="${permission}"`
  return answer(
    403,
    'insufficient_permissions',
    'The credential lacks a permission that this needs.',
    { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope"${scope}` },
    permission === undefined ? {} : { detail: `This needs the permission ${permission}.` },
  )
}

function answer(
  status: RefusalAnswer['status'],
  code: string,
  title: string,
  headers: Readonly<Record<string, string>> = {},
  more: { readonly detail?: string } = {},
): RefusalAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ type: `urn:ramp:problem:${code}`, title, status, code, ...more }),
  }
}
