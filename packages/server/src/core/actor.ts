/** Who an account is: a person, or a machine with roles of its own. */
export type AccountKind = 'member' | 'service'

/** An account with what it may do now: the state that verification caches and every request sees afresh. */
export interface Principal {
  readonly id: string
  readonly kind: AccountKind
  /** A member's username, a service account's name. */
  readonly username: string
  readonly displayName: string
  readonly deactivatedAt: number | null
  /** Names of the roles in force, sorted. */
  readonly roles: readonly string[]
  /** What those roles allow, and what every account may do with its own tokens. */
  readonly permissions: ReadonlySet<string>
}

/** Nobody in particular: no credential was sent, or none was asked for. */
export interface AnonymousActor {
  readonly kind: 'anonymous'
}

/** A person in a browser. */
export interface SessionActor {
  readonly kind: 'session'
  readonly account: Principal
  readonly permissions: ReadonlySet<string>
  readonly sessionId: string
  readonly mustChangePassword: boolean
  /** As of {@link TokenActor}. */
  readonly epoch: number
  readonly validUntil: number
}

/** An account by one of its tokens; `permissions` are the account's, narrowed by the token's own list if it has one. */
export interface TokenActor {
  readonly kind: 'pat' | 'service'
  readonly account: Principal
  readonly permissions: ReadonlySet<string>
  readonly tokenId: string
  /** Of an access token: the token it was got with. Null for all others. */
  readonly parentId: string | null
  readonly isNarrowed: boolean
  /** The revision of the state that let the caller in: it reflects every authorization change up to this one. */
  readonly epoch: number
  /** When the credential ends by itself, epoch milliseconds; null: not before it is revoked. */
  readonly validUntil: number | null
}

export type AuthenticatedActor = SessionActor | TokenActor
export type Actor = AnonymousActor | AuthenticatedActor
