import type { IncomingHttpHeaders } from 'node:http'
import type { Principal, TokenActor } from '../core/actor.ts'
import { withoutSecrets } from '../core/text.ts'
import { sorted } from './introspection.ts'

/**
 * Who calls, as headers for the API behind the proxy. All of them always, an empty one for nothing: a proxy that copies them
 * overwrites whatever the client sent under these names.
 */
export function identityHeaders({ account, permissions, tokenId }: TokenActor): Record<string, string> {
  return { ...accountHeaders(account), 'x-ramp-permissions': sorted(permissions).join(','), 'x-ramp-token-id': tokenId }
}

/** Accounts are replaced when they change, never changed: what is made of one is kept with it. */
const keptHeaders = new WeakMap<Principal, Record<string, string>>()

function accountHeaders(account: Principal): Record<string, string> {
  let headers = keptHeaders.get(account)
  if (headers === undefined) {
    headers = {
      'x-ramp-account': account.id,
      'x-ramp-account-kind': account.kind,
      'x-ramp-username': encodeName(account.username),
      'x-ramp-roles': account.roles.join(','),
    }
    keptHeaders.set(account, headers)
  }
  return headers
}

/** Names are in any script, headers in ASCII: percent-encoded UTF-8, which most names of people and machines are alike. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@')
}

/** The request that a proxy asks about. */
export interface OriginalRequest {
  readonly method: string | undefined
  /** Without its query, and without a secret that stood in it. */
  readonly path: string | undefined
}

const PATH_LENGTH = 300

/** What the proxy says of it, by the names that nginx's, Caddy's and Traefik's users know. For the log only. */
export function originalRequest(headers: IncomingHttpHeaders): OriginalRequest {
  const first = (...names: readonly string[]) => {
    const value = names.map((name) => headers[name]).find((each) => each !== undefined)
    return typeof value === 'string' ? value : undefined
  }
  const method = first('x-forwarded-method', 'x-original-method')
  const path = first('x-forwarded-uri', 'x-original-uri', 'x-original-url')?.split('?', 1)[0]
  return {
    method: method !== undefined && /^[A-Za-z-]{1,20}$/.test(method) ? method : undefined,
    path: path === undefined ? undefined : withoutSecrets(path).slice(0, PATH_LENGTH),
  }
}
