import type { IncomingMessage } from 'node:http'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'

/**
 * The credential of `Authorization: Bearer <token>` (RFC 6750 §2.1); undefined if there is no such header. The scheme
 * counts in any case, one or more spaces follow it (RFC 9110 §11.4). Throws `authorization_scheme_unsupported` for
 * another scheme and `token_invalid` for two headers or none to speak of: which of two would count is not for us to guess.
 */
export function bearerToken(req: IncomingMessage): Secret | undefined {
  const header = req.headers.authorization
  if (header === undefined) return undefined
  if (countOf(req.rawHeaders, 'authorization') > 1) throw invalid('More than one Authorization header was sent')
  if (header.startsWith('Bearer ') && header.charCodeAt(7) !== SPACE) return new Secret(header.slice(7))
  const [, scheme = '', credential = ''] = /^([^ ]*) *(.*)$/.exec(header) ?? []
  if (scheme.toLowerCase() !== 'bearer' && scheme !== '') {
    const detail = 'Send "Authorization: Bearer <token>"; Basic and other schemes are not read.'
    throw new Problem('authorization_scheme_unsupported', {
      detail,
      headers: { 'www-authenticate': 'Bearer realm="ramp"' },
    })
  }
  if (credential === '') throw invalid('The Authorization header holds no token')
  return new Secret(credential)
}

const SPACE = 0x20

/** Node keeps only the first of several Authorization headers; the raw list has them all. */
export function countOf(rawHeaders: readonly string[], name: string): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] as string
    if (header.length === name.length && header.toLowerCase() === name) count++
  }
  return count
}

function invalid(why: string): Problem {
  const challenge = `Bearer realm="ramp", error="invalid_token", error_description="${why}"`
  return new Problem('token_invalid', { detail: `${why}.`, headers: { 'www-authenticate': challenge } })
}
