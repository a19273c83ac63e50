/** The account whose tokens are meant: one's own, or a service account's. `permissions` are those in force now. */
export interface TokenOwner {
  readonly id: string
  readonly kind: 'member' | 'service'
  /** Names of the roles in force. */
  readonly roles: readonly string[]
  readonly permissions: ReadonlySet<string>
}

/** The most characters that the name of a token has. */
export const TOKEN_NAME_LENGTH = 100

/** A token as its owner sees it: everything but the secret. Instants are epoch milliseconds. */
export interface Token {
  readonly id: string
  /** Of an access token: the token it was got with. Null for all others, and so for all that stand in lists. */
  readonly parentId: string | null
  readonly kind: 'pat' | 'service'
  readonly accountId: string
  readonly owner: {
    readonly kind: 'member' | 'service'
    readonly username: string
    readonly displayName: string
    readonly deactivatedAt: number | null
  }
  readonly name: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  /** The username of who revoked it. */
  readonly revokedBy: string | null
  /** Why the server itself ended it, or moved its end; null: it did not. */
  readonly endReason: EndReason | null
  readonly lastUsedAt: number | null
  readonly lastUsedAddress: string | null
  readonly lastUsedClient: string | null
  /** The token's own narrowing; null: all that the owner may do. */
  readonly permissions: readonly string[] | null
  readonly allowedAddresses: readonly string[] | null
}

/** What ends tokens that nobody in particular ended. */
export const END_REASONS = [
  'policy_maximum_lifetime',
  'policy_expiration_required',
  'policy_unused',
  'reactivation',
  'password_change',
] as const
export type EndReason = (typeof END_REASONS)[number]

export const TOKEN_STATUSES = ['active', 'expired', 'revoked'] as const
export type TokenStatus = (typeof TOKEN_STATUSES)[number]

/** A revoked token stays revoked when its expiration passes. */
export function tokenStatus(token: Pick<Token, 'revokedAt' | 'expiresAt'>, now: number): TokenStatus {
  if (token.revokedAt !== null) return 'revoked'
  return token.expiresAt !== null && token.expiresAt <= now ? 'expired' : 'active'
}

/** People have personal access tokens, service accounts have service tokens. */
export function kindFor({ kind }: TokenOwner): Token['kind'] {
  return kind === 'member' ? 'pat' : 'service'
}

/** What can be edited of a token. */
export function editableOf({ name, expiresAt, permissions, allowedAddresses }: Token) {
  return { name, expiresAt, permissions, allowedAddresses }
}
