import { type Guard, refuse } from '../guard.ts'

/** What RAMP says of a token (RFC 7662), as far as it is read here. */
interface Introspection {
  readonly active: boolean
  readonly sub?: string
  readonly username?: string
  /** Permissions, separated by blanks. */
  readonly scope?: string
}

/** By introspection: one question to RAMP for each request. The way for any language, and any OAuth library. */
export function introspectionGuard(ramp: string, token: string): Guard {
  async function introspect(presented: string, address: string): Promise<Introspection> {
    const response = await fetch(`${ramp}/oauth2/introspect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ token: presented, address }),
      signal: AbortSignal.timeout(3000),
    })
    if (!response.ok) throw new Error(`RAMP answered ${response.status}`)
    return (await response.json()) as Introspection
  }

  return (permission) => async (request, reply) => {
    const [, presented] = /^bearer +([^ ]+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (presented === undefined) return refuse(reply, 'missing', permission)
    let found: Introspection
    try {
      found = await introspect(presented, request.ip)
    } catch {
      return refuse(reply, 'unavailable', permission)
    }
    const { active, sub, username, scope = '' } = found
    if (!active || sub === undefined || username === undefined) return refuse(reply, 'invalid', permission)
    if (!scope.split(' ').includes(permission)) return refuse(reply, 'insufficient', permission)
    request.caller = { accountId: sub, username }
  }
}
