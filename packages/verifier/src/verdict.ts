/** What a token is, and what its account may do with it now. */
export interface Credential {
  readonly token: {
    readonly id: string
    readonly kind: 'pat' | 'service'
    /** RFC 3339; null: until it is revoked. */
    readonly expiresAt: string | null
  }
  readonly account: {
    readonly id: string
    readonly kind: 'member' | 'service'
    readonly username: string
    readonly displayName: string
    readonly roles: readonly string[]
  }
  readonly permissions: ReadonlySet<string>
}

/**
 * Why a call is not let in. `missing`: there was no bearer token. `malformed` and `unknown`: it is none of RAMP's.
 * `insufficient_permissions`: the token is good, but may not do this. `unavailable`: RAMP cannot be asked, and what is in memory
 * may not be believed. All others are only ever said of a real secret.
 */
export type Refusal =
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'revoked'
  | 'expired'
  | 'account_deactivated'
  | 'address_not_allowed'
  | 'insufficient_permissions'
  | 'unavailable'

/** The outcome of a verification. Only `active` opens anything. */
export type Verdict = ({ readonly outcome: 'active' } & Credential) | { readonly outcome: Refusal }
