import { cleanCaller } from './clean-caller.ts'
import type { LeaseConnection, Registration, Renewal, Report } from './coherence.ts'
import type { Caller, UseCounter, Used } from './use-counter.ts'
import type { Refusal } from './verdict.ts'

/** What RAMP says of a token (`POST /api/v1/verifiers/introspect`). */
export interface Introspection {
  readonly outcome: 'active' | Exclude<Refusal, 'missing' | 'insufficient_permissions'>
  readonly epoch: number
  readonly credential?: {
    readonly token: {
      readonly id: string
      readonly kind: 'pat' | 'service'
      readonly expiresAt: string | null
      readonly isAddressBound: boolean
    }
    readonly account: {
      readonly id: string
      readonly kind: 'member' | 'service'
      readonly username: string
      readonly displayName: string
      readonly roles: readonly string[]
    }
    readonly permissions: readonly string[]
  }
}

export interface RampOptions {
  readonly url: string
  readonly token: string
  readonly name: string
  readonly fetch: typeof globalThis.fetch
}

/** How long RAMP may wait for a change before it answers a renewal. */
const HOLD_MS = 1000

/** A renewal that takes longer is given up, within the lease. */
const RENEWAL_LIMIT_MS = 2500
const LIMIT_MS = 3000

/** So many tokens' uses go with one renewal; the rest waits for the next. */
const USED_LIMIT = 200

/** The calls that a verifier makes to RAMP. All reject at any answer but the one they are for. */
export function rampConnection({ url, token, name, fetch }: RampOptions) {
  const base = new URL('api/v1/verifiers', url.endsWith('/') ? url : `${url}/`).href

  async function call<Answer>(
    method: 'POST' | 'DELETE',
    path: string,
    body: object | undefined,
    signal: AbortSignal = AbortSignal.timeout(LIMIT_MS),
  ): Promise<Answer> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal,
      redirect: 'error',
    })
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer
    const problem = (await response.json().catch(() => ({}))) as { code?: string; title?: string }
    const reason = problem.code ? ` ${problem.code}: ${problem.title}` : ''
    throw new Error(`RAMP answered ${response.status}${reason} (${method} ${base}${path}).`)
  }

  return {
    introspect: (token: string, caller: Caller) =>
      call<Introspection>('POST', '/introspect', { token, ...cleanCaller(caller) }),

    /** A renewal takes the uses along that were counted, and puts them back if it does not arrive. */
    leases(uses: UseCounter, onTokenPrefix: (prefix: string) => void): LeaseConnection {
      const ending = new AbortController()
      /** What the next renewal has to say, as long as the lease is held. */
      let next: Report | undefined

      async function renew({ id, ...report }: Report, waitMs: number, signal?: AbortSignal): Promise<Renewal> {
        const used = uses.take(USED_LIMIT)
        try {
          const body = { ...report, waitMs, ...(used.length > 0 && { used: used.map(reported) }) }
          return await call<Renewal>('POST', `/${id}/renew`, body, signal)
        } catch (error) {
          uses.putBack(used)
          throw error
        }
      }

      return {
        pauseMs: 0,
        async register(formerId) {
          const body = { name, version: VERSION, ...(formerId !== undefined && { formerId }) }
          const { tokenPrefix, ...registration } = await call<Registration & { readonly tokenPrefix: string }>(
            'POST',
            '',
            body,
          )
          onTokenPrefix(tokenPrefix)
          return registration
        },
        renew(report) {
          next = { ...report, renewals: report.renewals + 1 }
          return renew(report, HOLD_MS, AbortSignal.any([AbortSignal.timeout(RENEWAL_LIMIT_MS), ending.signal]))
        },
        async release(id) {
          // The last uses; the renewal that is under way is not waited for.
          for (; next !== undefined && uses.size > 0; next = { ...next, renewals: next.renewals + 1 }) {
            await renew(next, 0)
          }
          await call('DELETE', `/${id}`, undefined)
        },
        async end() {
          ending.abort()
        },
      }
    },
  }
}

/** As a renewal reports it. */
function reported({ tokenId, calls, refusals, ...caller }: Used) {
  return { tokenId, calls, refusals, ...cleanCaller(caller) }
}

/** Of this package, for whoever looks at the list of verifiers. */
const VERSION = '@ramp/verifier 0.1.0'
