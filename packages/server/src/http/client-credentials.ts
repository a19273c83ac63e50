import type { IncomingMessage } from 'node:http'
import { Problem } from '../core/problem.ts'
import { Secret } from '../core/secret.ts'
import type { Verdict } from '../verification/verdict.ts'
import { countOf } from './bearer.ts'
import { decodeFormText, splitAt } from './form-body.ts'

/** What an OAuth client shows of itself: the id of a service account and one of its tokens. */
export interface ClientCredentials {
  readonly clientId: string
  readonly secret: Secret
}

/**
 * The credentials of `Authorization: Basic` as OAuth has it: id and secret each encoded as in a form (RFC 6749 §2.3.1).
 * Undefined if the header is another one, or there are several. Throws `invalid_request` for a broken encoding.
 */
export function basicCredentials(req: IncomingMessage): ClientCredentials | undefined {
  const [, encoded] = /^basic +(.*)$/i.exec(req.headers.authorization ?? '') ?? []
  if (encoded === undefined || countOf(req.rawHeaders, 'authorization') > 1) return undefined
  const [clientId, secret] = splitAt(Buffer.from(encoded, 'base64').toString(), ':')
  return { clientId: decodeFormText(clientId), secret: new Secret(decodeFormText(secret)) }
}

/** Whether the token is the client's, or something else has to be said first. People's tokens make no clients. */
export function isOfClient(verdict: Verdict, { clientId }: ClientCredentials): boolean {
  switch (verdict.outcome) {
    case 'active':
      return verdict.account.kind === 'service' && verdict.account.id === clientId
    case 'address_not_allowed':
    case 'unavailable':
      return true
    default:
      return false
  }
}

/** One answer for an unknown id, a wrong secret, and a secret that is another's or not in force (RFC 6749 §5.2). */
export function invalidClient(detail?: string): Problem {
  const headers = { 'www-authenticate': 'Basic realm="ramp"' }
  return new Problem('invalid_client', detail === undefined ? { headers } : { headers, detail })
}
