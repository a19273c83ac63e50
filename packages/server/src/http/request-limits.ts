import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { network, plainAddress } from '../core/address.ts'
import { MINUTE_MS } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'

/**
 * How many requests a minute RAMP's own routes take from one caller. Somebody who shows a valid credential is limited by
 * it, and not by their address: strangers behind the same address cannot use up what a colleague may ask. Everybody else,
 * refused credentials included, is limited by the address. Routes that decide about other services' traffic have no limit.
 */
export interface RequestLimits {
  /** Requests without a valid credential. Null: no limit, here and below. */
  readonly perAddress: number | null
  readonly perAccount: number | null
  readonly perToken: number | null
}

const WINDOW_SECONDS = MINUTE_MS / 1000

/** Of so many callers each limit knows the count; of more, those seen longest ago begin anew. */
const KNOWN_CALLERS = 20_000

interface Window {
  readonly endsAt: number
  count: number
}

/** What a caller has left of one limit. */
interface Quota {
  readonly limit: Limit
  readonly remaining: number
  readonly endsInSeconds: number
}

/** Counts callers in windows of a minute that begin with the first request. By the monotonic clock. */
class Limit {
  readonly name: string
  readonly quota: number
  readonly #windows = new LRUCache<string, Window>({ max: KNOWN_CALLERS })

  constructor(name: string, quota: number) {
    this.name = name
    this.quota = quota
  }

  /** Counts one request. `remaining` is negative if it was one too many. */
  take(caller: string): Quota {
    const now = performance.now()
    let window = this.#windows.get(caller)
    if (window === undefined || now >= window.endsAt) {
      window = { endsAt: now + MINUTE_MS, count: 0 }
      this.#windows.set(caller, window)
    }
    window.count++
    return {
      limit: this,
      remaining: this.quota - window.count,
      endsInSeconds: Math.max(1, Math.ceil((window.endsAt - now) / 1000)),
    }
  }
}

type Authenticate = (req: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void

/** The hook that authenticates, and then counts the request of whoever that was: a refused one, too. */
export function limitRequests(
  authenticate: Authenticate,
  { perAddress, perAccount, perToken }: RequestLimits,
): Authenticate {
  const limitOf = (name: string, quota: number | null) => (quota === null ? undefined : new Limit(name, quota))
  const limits = {
    address: limitOf('address', perAddress),
    account: limitOf('account', perAccount),
    token: limitOf('token', perToken),
  }

  function take({ actor, ip }: FastifyRequest): readonly Quota[] {
    if (actor.kind === 'anonymous') return taken(limits.address?.take(network(plainAddress(ip))))
    const account = limits.account?.take(actor.account.id)
    // Access tokens count as the token that they were got with.
    return taken(account, actor.kind === 'session' ? undefined : limits.token?.take(actor.parentId ?? actor.tokenId))
  }

  return (req, reply, done) => {
    if (req.routeOptions.config.access?.goesFirst) {
      authenticate(req, reply, done)
      return
    }
    authenticate(req, reply, (error) => {
      const quotas = take(req)
      sayQuotas(reply, quotas)
      done(refusalBy(quotas) ?? error)
    })
  }
}

const taken = (...quotas: readonly (Quota | undefined)[]) => quotas.filter((quota) => quota !== undefined)

/** draft-ietf-httpapi-ratelimit-headers-11: the policies that apply, and what is left of each. */
function sayQuotas(reply: FastifyReply, quotas: readonly Quota[]): void {
  if (quotas.length === 0) return
  const policies = quotas.map(({ limit }) => `"${limit.name}";q=${limit.quota};w=${WINDOW_SECONDS}`)
  const left = quotas.map(
    ({ limit, remaining, endsInSeconds }) => `"${limit.name}";r=${Math.max(0, remaining)};t=${endsInSeconds}`,
  )
  reply.header('ratelimit-policy', policies.join(', ')).header('ratelimit', left.join(', '))
}

function refusalBy(quotas: readonly Quota[]): Problem | undefined {
  const exhausted = quotas.filter(({ remaining }) => remaining < 0)
  if (exhausted.length === 0) return undefined
  const seconds = Math.max(...exhausted.map(({ endsInSeconds }) => endsInSeconds))
  const [first] = exhausted
  return new Problem('too_many_requests', {
    detail: `At most ${first?.limit.quota} requests a minute for one ${first?.limit.name}.`,
    headers: { 'retry-after': String(seconds) },
  })
}
