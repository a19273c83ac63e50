import * as crypto from 'node:crypto'
import { keepCoherent } from './coherence.ts'
import { type Finding, FindingCache } from './finding-cache.ts'
import { type Introspection, rampConnection } from './ramp-connection.ts'
import { SingleFlight } from './single-flight.ts'
import { parseToken } from './token-format.ts'
import { type Caller, UseCounter } from './use-counter.ts'
import type { Verdict } from './verdict.ts'

export interface VerifierOptions {
  /** Where RAMP is: `https://access.example.com`. */
  readonly url: string
  /** A token of a service account with the permission `verifiers:connect` (the role TokenVerifier). */
  readonly token: string
  /** What administrators know this service by; by default `service`. */
  readonly name?: string
  /** How many tokens are kept in memory; by default 10,000. */
  readonly maxTokens?: number
  /** Hears when what is in memory begins to be believed, and why it no longer is. */
  readonly onFreshness?: (event: FreshnessEvent) => void
  /** Instead of the platform's: for a proxy, or a certificate of one's own. */
  readonly fetch?: typeof globalThis.fetch
}

/** While `stale`, each call asks RAMP. That is correct, only slower; without RAMP, calls are `unavailable`. */
export type FreshnessEvent =
  | { readonly state: 'fresh'; readonly epoch: number }
  | { readonly state: 'stale'; readonly reason: unknown }

export interface VerifyOptions extends Caller {
  /** What the call takes. */
  readonly permission?: string | undefined
}

export interface Verifier {
  /**
   * Says what the bearer token of an `Authorization` header is, on a state no older than this call. Never rejects.
   * `address` is that of the client: without it, a token that is limited to some addresses is refused.
   */
  verify(authorization: string | null | undefined, options?: VerifyOptions): Promise<Verdict>
  /** Stops, reports the last uses, and gives the lease back, so that no change has to wait for this verifier. */
  close(): Promise<void>
}

/**
 * A verifier inside this process, as coherent as RAMP's own: once RAMP has answered a revocation, a removed role or a
 * deactivation, no call that begins later is decided on the state before it (RAMP's docs/coherence.md). It decides from memory.
 *
 * It holds a connection until `close()`.
 */
export function createVerifier({
  url,
  token,
  name = 'service',
  maxTokens = 10_000,
  onFreshness = () => {},
  fetch = globalThis.fetch,
}: VerifierOptions): Verifier {
  const cache = new FindingCache(maxTokens)
  const uses = new UseCounter()
  const flights = new SingleFlight<Verdict>()
  const ramp = rampConnection({ url, token, name, fetch })
  /** Known once there was a lease. */
  let tokenPrefix: string | undefined

  let isFresh = false
  const coherence = keepCoherent({
    cache,
    connect: async () =>
      ramp.leases(uses, (prefix) => {
        tokenPrefix = prefix
      }),
    onDoubt(reason) {
      isFresh = false
      onFreshness({ state: 'stale', reason })
    },
    onRenewed() {
      if (!isFresh) onFreshness({ state: 'fresh', epoch: coherence.appliedEpoch() })
      isFresh = true
    },
  })

  async function verify(authorization: string | null | undefined, options: VerifyOptions = {}): Promise<Verdict> {
    const secret = usualTokenOf(authorization) ?? bearerTokenOf(authorization)
    if (secret === undefined) return MISSING
    let id: string | undefined
    if (tokenPrefix !== undefined) {
      id = parseToken(secret, tokenPrefix)?.id
      if (id === undefined) return MALFORMED
    }
    const digest = sha256(secret)
    const known = id === undefined ? undefined : remembered(id, digest, options.address)
    if (known !== undefined) uses.count(id as string, known.outcome !== 'active', options)
    return demand(known ?? (await ask(secret, digest, id, options)), options.permission)
  }

  /** What is in memory of exactly this secret, if it may be believed by a call that has begun. */
  function remembered(id: string, digest: Uint8Array, address: string | undefined): Verdict | undefined {
    if (!coherence.isTrusted()) return undefined
    const finding = cache.get(id)
    if (finding === undefined || !crypto.timingSafeEqual(finding.digest, digest)) return undefined
    if (finding.address !== undefined && finding.address !== address) return undefined
    const hasExpired = finding.expiresAt !== Number.POSITIVE_INFINITY && Date.now() >= finding.expiresAt
    return hasExpired ? EXPIRED : finding.verdict
  }

  async function ask(
    secret: string,
    digest: Uint8Array,
    id: string | undefined,
    { address, client }: Caller,
  ): Promise<Verdict> {
    const introspect = async () => {
      const fill = coherence.beginFill()
      const introspection = await ramp.introspect(secret, { address, client })
      const verdict = verdictOf(introspection)
      const isKept = id !== undefined && LASTING.has(verdict.outcome) && coherence.mayKeep(fill, introspection.epoch)
      if (isKept) cache.set(id, findingOf(introspection, verdict, digest, address))
      return verdict
    }
    const key = `${Buffer.from(digest).toString('base64')} ${address ?? ''}`
    try {
      return await flights.run(key, introspect, () => (id === undefined ? undefined : remembered(id, digest, address)))
    } catch {
      return UNAVAILABLE
    }
  }

  return { verify, close: coherence.close }
}

const MISSING: Verdict = { outcome: 'missing' }
const MALFORMED: Verdict = { outcome: 'malformed' }
const EXPIRED: Verdict = { outcome: 'expired' }
const UNAVAILABLE: Verdict = { outcome: 'unavailable' }
const INSUFFICIENT: Verdict = { outcome: 'insufficient_permissions' }

/** What holds until the token or its account is changed: a refusal of another kind may end without a change that is told. */
const LASTING: ReadonlySet<Verdict['outcome']> = new Set(['active', 'revoked', 'expired'])

/** As nearly all write it, and cheap to see; what follows the one space is parsed by whoever asks. */
function usualTokenOf(authorization: string | null | undefined): string | undefined {
  if (!authorization?.startsWith('Bearer ')) return undefined
  const token = authorization.slice(7)
  return token === '' || token.includes(' ') ? undefined : token
}

/** RFC 6750 §2.1: the scheme in any case, one or more spaces, the token. */
function bearerTokenOf(authorization: string | null | undefined): string | undefined {
  if (authorization === null || authorization === undefined || authorization.length > LONGEST_HEADER) return undefined
  if (!BEARER.test(authorization)) return undefined
  return authorization.slice(authorization.lastIndexOf(' ') + 1)
}

const BEARER = /^bearer +[A-Za-z0-9\-._~+/]+=*$/i
const LONGEST_HEADER = 500

/** `crypto.hash` is twice as fast, and not there in every runtime. */
const sha256: (text: string) => Uint8Array =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'buffer')
    : (text) => crypto.createHash('sha256').update(text).digest()

function demand(verdict: Verdict, permission: string | undefined): Verdict {
  if (permission === undefined || verdict.outcome !== 'active' || verdict.permissions.has(permission)) return verdict
  return INSUFFICIENT
}

function verdictOf({ outcome, credential }: Introspection): Verdict {
  if (outcome !== 'active') return { outcome }
  if (credential === undefined) return UNAVAILABLE
  const { token, account, permissions } = credential
  const { id, kind, expiresAt } = token
  return { outcome, token: { id, kind, expiresAt }, account, permissions: new Set(permissions) }
}

function findingOf(
  { credential }: Introspection,
  verdict: Verdict,
  digest: Uint8Array,
  address: string | undefined,
): Finding {
  const { expiresAt = null, isAddressBound = false } = credential?.token ?? {}
  return {
    digest,
    verdict,
    expiresAt: expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
    address: isAddressBound ? address : undefined,
  }
}
