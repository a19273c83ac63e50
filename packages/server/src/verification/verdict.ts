import { timingSafeEqual } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { Principal } from '../core/actor.ts'
import { isWithin } from '../core/address.ts'

/**
 * A token as verification holds it: what the row says, parsed once. Of an access token, what its own row and that of the
 * token it was got with say together.
 */
export interface VerifiableToken {
  readonly id: string
  /** Of an access token: the token it was got with, for which its use counts. Null for all others. */
  readonly parentId: string | null
  readonly kind: 'pat' | 'service'
  readonly accountId: string
  readonly digest: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  /** The token's own narrowing; null: all that the account may do. */
  readonly narrowing: ReadonlySet<string> | null
  /** The ranges it may be used from; null: any. */
  readonly allowedAddresses: BlockList | null
  /** The ranges that the policy leaves tokens of its kind; null: any. */
  readonly policyAddresses: BlockList | null
}

/**
 * What verification says of a text. Only `active` opens anything. `revoked`, `expired`, `account_deactivated` and
 * `address_not_allowed` are only ever said to somebody who holds the real secret.
 */
export type Verdict =
  | {
      readonly outcome: 'active'
      readonly token: VerifiableToken
      readonly account: Principal
      readonly permissions: ReadonlySet<string>
    }
  | { readonly outcome: Refusal }

export const REFUSALS = [
  'malformed',
  'unknown',
  'revoked',
  'expired',
  'account_deactivated',
  'address_not_allowed',
  'unavailable',
] as const

export type Refusal = (typeof REFUSALS)[number]
export type Outcome = 'active' | Refusal

const REFUSED: { readonly [R in Refusal]: { readonly outcome: R } } = {
  malformed: { outcome: 'malformed' },
  unknown: { outcome: 'unknown' },
  revoked: { outcome: 'revoked' },
  expired: { outcome: 'expired' },
  account_deactivated: { outcome: 'account_deactivated' },
  address_not_allowed: { outcome: 'address_not_allowed' },
  unavailable: { outcome: 'unavailable' },
}

/** The one verdict object of a refusal. */
export function refuse(refusal: Refusal): Verdict {
  return REFUSED[refusal]
}

/**
 * Decides from what is stored. Pure: `now` in epoch milliseconds, `digest` the SHA-256 of the presented text. The order
 * matters: nothing about the token is said before the digest matched.
 */
export function decide(
  token: VerifiableToken | undefined,
  account: Principal | undefined,
  presented: { readonly digest: Uint8Array; readonly address: string; readonly now: number },
): Verdict {
  if (token === undefined || account === undefined) return REFUSED.unknown
  if (!timingSafeEqual(presented.digest, token.digest)) return REFUSED.unknown
  if (token.revokedAt !== null) return REFUSED.revoked
  if (token.expiresAt !== null && presented.now >= token.expiresAt) return REFUSED.expired
  if (account.deactivatedAt !== null) return REFUSED.account_deactivated
  if (token.allowedAddresses !== null && !isWithin(presented.address, token.allowedAddresses)) {
    return REFUSED.address_not_allowed
  }
  if (token.policyAddresses !== null && !isWithin(presented.address, token.policyAddresses)) {
    return REFUSED.address_not_allowed
  }
  return { outcome: 'active', token, account, permissions: effectivePermissions(token, account) }
}

/** The intersection belongs to a pair of objects that are replaced when they change, so it is remembered with them. */
const intersections = new WeakMap<VerifiableToken, { account: Principal; permissions: ReadonlySet<string> }>()

function effectivePermissions(token: VerifiableToken, account: Principal): ReadonlySet<string> {
  if (token.narrowing === null) return account.permissions
  const known = intersections.get(token)
  if (known?.account === account) return known.permissions
  const permissions = new Set([...token.narrowing].filter((permission) => account.permissions.has(permission)))
  intersections.set(token, { account, permissions })
  return permissions
}
