import { hash } from 'node:crypto'
import type { Principal } from '../core/actor.ts'
import type { Clock } from '../core/clock.ts'
import type { Secret } from '../core/secret.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import type { UsageRecorder } from './last-used.ts'
import type { Outcome, Verdict } from './verdict.ts'

/** From where a token was presented, and by what. */
export interface Presenter {
  readonly address: string
  readonly client: string | undefined
}

/** Takes a verdict, and the epoch of the state it was decided on: it reflects every change up to that one. */
export type Done = (verdict: Verdict, epoch: number) => void

export interface Freshness {
  readonly epoch: number
  /** Milliseconds that are left of the lease; 0 without one, and on SQLite, where each verification looks at the file. */
  readonly leaseMs: number
}

/** Checks tokens. One a process; both engines have one, and the rest of the server sees no difference. */
export interface TokenVerifier {
  /**
   * Calls back exactly once, perhaps at once, with the verdict, which is decided on a state no older than this call. A
   * callback, since a promise a request is measurable here. `hasCompany`: it is one of several that are asked in one go, which
   * are all decided at the same moment.
   */
  verify(secret: Secret, presenter: Presenter, done: Done, hasCompany?: boolean): void
  /** An account as it is now, for sessions; undefined if there is none. Rejects if the database cannot say. */
  readPrincipal(accountId: string): Promise<Principal | undefined>
  /** What this process has seen of changes, and for how long it may believe what it has in memory. */
  freshness(): Freshness
  /** Resolves once this process has seen a change later than `epoch`; after `ms` in any case. */
  changedSince(epoch: number, ms: number): Promise<void>
  readonly statistics: VerificationStatistics
  close(): Promise<void>
}

export interface VerifierOptions {
  readonly tokenPrefix: string
  readonly catalogue: RoleCatalogue
  readonly clock: Clock
  readonly usage: UsageRecorder
  /** Hears, once a turn, why verifications were answered `unavailable`. */
  readonly onFailure: (error: unknown) => void
  /** Hears why nothing is believed from memory until it is read anew (PostgreSQL). */
  readonly onDoubt: (error: unknown) => void
}

/** Counted since the start of the process. */
export interface VerificationStatistics {
  readonly outcomes: Record<Outcome, number>
  cacheHits: number
  cacheMisses: number
  /** How often everything in memory was dropped at a doubt (PostgreSQL). */
  doubts: number
  /** What was read and used, and not kept, since something changed meanwhile (PostgreSQL). */
  fillsDiscarded: number
  cachedTokens(): number
  cachedAccounts(): number
  /** Called with how long the first verification of those decided together waited for its verdict, in seconds. */
  observeWait: (seconds: number) => void
}

/** What is stored of a token besides its id. */
export function digestOf(secret: Secret): Uint8Array {
  return hash('sha256', secret.expose(), 'buffer')
}

/**
 * Counts what whoever holds the real secret has done with it; what a guess gets is nobody's use. An access token is used
 * on behalf of the token it was got with; that it is refused once it has expired is how it is meant to go, and is not
 * counted for that one.
 */
export function noteUsage(
  usage: UsageRecorder,
  verdict: Verdict,
  { tokenId, presenter }: { readonly tokenId: string; readonly presenter: Presenter },
  now: number,
): void {
  switch (verdict.outcome) {
    case 'active':
      usage.note(verdict.token.parentId ?? tokenId, presenter, now)
      break
    case 'revoked':
    case 'expired':
    case 'account_deactivated':
    case 'address_not_allowed':
      usage.noteRefusal(tokenId, now)
      break
    case 'malformed':
    case 'unknown':
    case 'unavailable':
      break
  }
}

export function newStatistics(cachedTokens: () => number, cachedAccounts: () => number): VerificationStatistics {
  return {
    outcomes: {
      active: 0,
      malformed: 0,
      unknown: 0,
      revoked: 0,
      expired: 0,
      account_deactivated: 0,
      address_not_allowed: 0,
      unavailable: 0,
    },
    cacheHits: 0,
    cacheMisses: 0,
    doubts: 0,
    fillsDiscarded: 0,
    cachedTokens,
    cachedAccounts,
    observeWait: () => {},
  }
}
