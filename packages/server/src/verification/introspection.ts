import { SECOND_MS } from '../core/clock.ts'
import type { Verdict } from './verdict.ts'

/** What a verdict says in the words of RFC 7662 §2.2 and some of our own. */
export type Introspection = { readonly active: false } | ActiveToken

interface ActiveToken {
  readonly active: true
  /** The id of the account. */
  readonly sub: string
  readonly username: string
  readonly token_type: 'Bearer'
  /** Of a service account, which is its own client; a personal access token was asked for by no client. */
  readonly client_id?: string
  /** Seconds since the epoch. Absent: valid until revoked. */
  readonly exp?: number
  readonly iat: number
  /** The permissions in force, sorted, separated by blanks. */
  readonly scope: string
  readonly iss: string
  readonly roles: readonly string[]
  readonly account_kind: 'member' | 'service'
  readonly token_id: string
  /** Of the state it was decided on: it reflects every change up to that one. */
  readonly epoch: number
}

const INACTIVE: Introspection = { active: false }

/**
 * Why a token is not active is nobody's business but its holder's (RFC 7662 §2.2). Not for `unavailable`: then nothing is
 * known, and to say "inactive" would be a lie that a resource server may remember.
 */
export function introspectionOf(
  verdict: Exclude<Verdict, { outcome: 'unavailable' }>,
  epoch: number,
  issuer: string,
): Introspection {
  if (verdict.outcome !== 'active') return INACTIVE
  const { token, account, permissions } = verdict
  return {
    active: true,
    sub: account.id,
    username: account.username,
    token_type: 'Bearer',
    ...(account.kind === 'service' && { client_id: account.id }),
    ...(token.expiresAt !== null && { exp: Math.floor(token.expiresAt / SECOND_MS) }),
    iat: Math.floor(token.createdAt / SECOND_MS),
    scope: sorted(permissions).join(' '),
    iss: issuer,
    roles: account.roles,
    account_kind: account.kind,
    token_id: token.id,
    epoch,
  }
}

/** Permissions in order. Accounts with the same roles share a set, so each is sorted once. */
export function sorted(permissions: ReadonlySet<string>): readonly string[] {
  let list = inOrder.get(permissions)
  if (list === undefined) {
    list = [...permissions].sort()
    inOrder.set(permissions, list)
  }
  return list
}

const inOrder = new WeakMap<ReadonlySet<string>, readonly string[]>()
