import type { Generated } from 'kysely'

/** The rows as both engines give them. Instants are epoch milliseconds; flags are nullable instants. */
export interface Tables {
  account: AccountTable
  member: MemberTable
  member_listing: MemberListingTable
  role_grant: RoleGrantTable
  account_group: AccountGroupTable
  group_member: GroupMemberTable
  group_nesting: GroupNestingTable
  group_role: GroupRoleTable
  service_account: ServiceAccountTable
  service_account_maintainer: ServiceAccountMaintainerTable
  token: TokenTable
  access_token: AccessTokenTable
  token_usage: TokenUsageTable
  token_day: TokenDayTable
  token_client: TokenClientTable
  bulk_revocation: BulkRevocationTable
  policy: PolicyTable
  session: SessionTable
  device_authorization: DeviceAuthorizationTable
  sign_in_failure: SignInFailureTable
  sign_in_address: SignInAddressTable
  audit_event: AuditEventTable
  audit_chain: AuditChainTable
  authz_clock: AuthzClockTable
  authz_change: AuthzChangeTable
}

/** What verification needs to know of an account; changing it advances the epoch. */
interface AccountTable {
  id: string
  kind: 'member' | 'service'
  username: string
  /** `comparisonKey(username)`: unique. */
  username_key: string
  display_name: string
  /** `comparisonKey(display_name)`: what a search looks in. */
  display_name_key: string
  created_at: number
  deactivated_at: number | null
}

/** What only people have. */
interface MemberTable {
  account_id: string
  email: string
  email_key: string
  first_name: string
  last_name: string
  password_hash: string
  /** Set while the password is one that somebody else chose. */
  password_change_required_at: number | null
  last_sign_in_at: number | null
}

/** What the list of members is filtered and ordered by. Triggers write it. */
interface MemberListingTable {
  account_id: string
  username_key: string
  email_key: string
  display_name_key: string
  /** The three keys, a line each. */
  search_key: Generated<string>
  created_at: number
  /** 0: never. */
  last_sign_in_at: number
  is_active: 0 | 1
}

interface RoleGrantTable {
  account_id: string
  role: string
  granted_at: number
  granted_by: string | null
}

interface AccountGroupTable {
  id: string
  name: string
  /** `comparisonKey(name)`: unique. */
  name_key: string
  description: string
  created_at: number
}

interface GroupMemberTable {
  group_id: string
  account_id: string
  added_at: number
}

/** The group `member_group_id` is a member of the group `group_id`, and so its people have the roles of both. */
interface GroupNestingTable {
  group_id: string
  member_group_id: string
  added_at: number
}

interface GroupRoleTable {
  group_id: string
  role: string
  granted_at: number
  granted_by: string | null
}

/** What only machines have. */
interface ServiceAccountTable {
  account_id: string
  description: string
  created_by: string | null
  /** A deleted one is kept for the audit, deactivated, out of sight, its name free. */
  deleted_at: number | null
}

/** A person to ask about a service account; it gives them nothing. */
interface ServiceAccountMaintainerTable {
  service_account_id: string
  member_id: string
}

export interface TokenTable {
  id: string
  account_id: string
  kind: 'pat' | 'service'
  name: string
  /** `comparisonKey(name)`: unique among the tokens of an account whose name is not released. */
  name_key: string
  /** When the name became free for another token: at revocation, or when a new token took it after expiry. */
  name_released_at: number | null
  /** SHA-256 of the whole text: 32 bytes. */
  digest: Uint8Array
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  revoked_by: string | null
  /** JSON array of permissions, or null: all of the account's. */
  permissions: string | null
  /** JSON array of CIDR ranges, or null: any. */
  allowed_addresses: string | null
  /** Why the server itself ended it or moved its end; null: it did not. */
  end_reason: string | null
}

/** A short-lived token that was got with another one, its parent, and counts no longer or further than that. */
interface AccessTokenTable {
  id: string
  token_id: string
  digest: Uint8Array
  created_at: number
  expires_at: number
  revoked_at: number | null
  /** JSON array of permissions, or null: all of the parent's. */
  permissions: string | null
}

/** One row: what holds for all tokens. */
interface PolicyTable {
  id: 1
  /** JSON object: everything but the address ranges. */
  document: string
  /** JSON array of CIDR ranges, or null: any. */
  pat_addresses: string | null
  service_addresses: string | null
  updated_at: number | null
  updated_by: string | null
}

export interface TokenUsageTable {
  token_id: string
  last_used_at: number
  last_used_address: string
  last_used_client: string | null
}

/** What a token was used for on one day, UTC: days since 1970-01-01. */
interface TokenDayTable {
  token_id: string
  day: number
  calls: number
  refusals: number
}

/** From where and by what a token was seen, before what `token_usage` says; no client is an empty text. */
interface TokenClientTable {
  token_id: string
  address: string
  client: string
  first_seen_at: number
  last_seen_at: number
}

/** How far the latest long revocation of an account is; none: it has none under way. */
interface BulkRevocationTable {
  account_id: string
  started_at: number
  expected: number
  revoked: number
}

interface SessionTable {
  id: string
  /** SHA-256 of the cookie's value. */
  digest: Uint8Array
  account_id: string
  created_at: number
  last_seen_at: number
  expires_at: number
  address: string
  client: string | null
}

/** A program that asks for a token of whoever approves (RFC 8628). */
export interface DeviceAuthorizationTable {
  id: string
  /** SHA-256 of the code that the program holds, and of the one that the person types. */
  device_digest: Uint8Array
  user_digest: Uint8Array
  device_name: string
  /** JSON array of permissions, or null: all of the account's. */
  permissions: string | null
  /** Where it was asked from, and by what. */
  address: string
  client: string | null
  created_at: number
  expires_at: number
  /** How long the program has to wait between two polls; longer after each that came too early. */
  interval_ms: number
  polled_at: number | null
  /** The account and the session that approved or denied it. */
  decided_by: string | null
  decided_in: string | null
  approved_at: number | null
  denied_at: number | null
  /** When the token was made and handed out: once. */
  redeemed_at: number | null
}

/** What was tried too often in a window, such as failed sign-ins, by what it is counted for. */
interface SignInFailureTable {
  scope: string
  window_started_at: number
  failures: number
  /** That somebody was turned away is recorded once a window. */
  refusal_recorded_at: number | null
}

/** Where an account has signed in from: such an address is not held up by failures elsewhere. */
interface SignInAddressTable {
  account_id: string
  address: string
  last_at: number
}

export interface AuditEventTable {
  /** Given out by `audit_chain`, one after the other. */
  id: number
  at: number
  action: string
  outcome: 'done' | 'refused'
  actor_account_id: string | null
  actor_username: string | null
  credential: 'anonymous' | 'session' | 'pat' | 'service' | 'system'
  credential_id: string | null
  address: string | null
  request_id: string | null
  target_type: string | null
  target_id: string | null
  /** JSON object. */
  detail: string
  /** The digest of the event before: what makes a chain of them. See `audit-digest.ts`. */
  previous_digest: string
  digest: string
}

/** One row: where the chain of audit events starts and where it ends. */
interface AuditChainTable {
  id: 1
  /** The last event that retention removed, or 0 and the digest that a chain starts with. */
  anchor_id: number
  anchor_digest: string
  last_id: number
  last_digest: string
}

/** One row: how many authorization changes there were. Written by triggers only. */
interface AuthzClockTable {
  id: 1
  epoch: number
}

/** What each change touched: `token:<id>`, `account:<id>`, or `*`. Written by triggers only. */
interface AuthzChangeTable {
  epoch: number
  subject: string
}
