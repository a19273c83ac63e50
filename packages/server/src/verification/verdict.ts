import { timingSafeEqual } from 'node:crypto'
import type { BlockList } from 'node:net'
import type { Principal } from '../core/actor.ts'
import { isWithin } from '../core/address.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'

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

/** What an account may do by a token: both lists are the account's own unless the token is narrowed. */
interface Authority {
  readonly permissions: ReadonlySet<string>
  /** Names, sorted. A narrowed token has a role only if it still has every permission of that role. */
  readonly roles: readonly string[]
}

/**
 * What verification says of a text. Only `active` opens anything. `revoked`, `expired`, `account_deactivated`,
 * `password_change_required` and `address_not_allowed` are only ever said to somebody who holds the real secret.
 */
export type Verdict =
  | ({
      readonly outcome: 'active'
      readonly token: VerifiableToken
      readonly account: Principal
    } & Authority)
  | { readonly outcome: Refusal }

export const REFUSALS = [
  'malformed',
  'unknown',
  'revoked',
  'expired',
  'account_deactivated',
  'password_change_required',
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
  password_change_required: { outcome: 'password_change_required' },
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
  catalogue: Pick<RoleCatalogue, 'within'>,
): Verdict {
  if (token === undefined || account === undefined) return REFUSED.unknown
  if (!timingSafeEqual(presented.digest, token.digest)) return REFUSED.unknown
  if (token.revokedAt !== null) return REFUSED.revoked
  if (token.expiresAt !== null && presented.now >= token.expiresAt) return REFUSED.expired
  if (account.deactivatedAt !== null) return REFUSED.account_deactivated
  if (account.tokensPausedAt !== null) return REFUSED.password_change_required
  if (token.allowedAddresses !== null && !isWithin(presented.address, token.allowedAddresses)) {
    return REFUSED.address_not_allowed
  }
  if (token.policyAddresses !== null && !isWithin(presented.address, token.policyAddresses)) {
    return REFUSED.address_not_allowed
  }
  const { permissions, roles } =
    token.narrowing === null ? account : narrowed(token, token.narrowing, account, catalogue)
  return { outcome: 'active', token, account, permissions, roles }
}

/** A token and an account are replaced when they change, so what both leave is kept with that pair. */
const narrowedAuthority = new WeakMap<VerifiableToken, Authority & { readonly account: Principal }>()

function narrowed(
  token: VerifiableToken,
  narrowing: ReadonlySet<string>,
  account: Principal,
  catalogue: Pick<RoleCatalogue, 'within'>,
): Authority {
  const known = narrowedAuthority.get(token)
  if (known?.account === account) return known
  const permissions = new Set([...narrowing].filter((permission) => account.permissions.has(permission)))
  const authority = { account, permissions, roles: catalogue.within(account.roles, permissions) }
  narrowedAuthority.set(token, authority)
  return authority
}
