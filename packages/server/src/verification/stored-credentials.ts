import type { BlockList } from 'node:net'
import type { DatabaseSync } from 'node:sqlite'
import type pg from 'pg'
import type { Principal } from '../core/actor.ts'
import { toBlockList } from '../core/address.ts'
import type { RoleCatalogue } from '../roles/role-catalogue.ts'
import { above, given } from '../storage/effective-roles.ts'
import type { TokenTable } from '../storage/tables.ts'
import type { VerifiableToken } from './verdict.ts'

/**
 * The SQL of verification, for each engine by its own driver: this is the path that has to be fast. SQLite is asked for
 * one thing at a time, so that what a group gives can be kept for all who are in it.
 */

export type TokenRow = Omit<TokenTable, 'name' | 'name_key' | 'name_released_at' | 'revoked_by' | 'end_reason'> & {
  readonly policy_addresses: string | null
  readonly parent_id: string | null
  readonly parent_permissions: string | null
}

interface AccountRow {
  readonly id: string
  readonly kind: Principal['kind']
  readonly username: string
  readonly display_name: string
  readonly deactivated_at: number | null
  /** JSON array of role names. */
  readonly roles: string
}

const POLICY_ADDRESSES =
  "(SELECT CASE token.kind WHEN 'pat' THEN pat_addresses ELSE service_addresses END FROM policy) AS policy_addresses"

export const TOKEN_COLUMNS = `token.id, token.account_id, token.kind, token.digest, token.created_at, token.expires_at,
  token.revoked_at, token.permissions, token.allowed_addresses, ${POLICY_ADDRESSES},
  NULL AS parent_id, NULL AS parent_permissions`

/** The same of an access token: it ends when it or its parent does, whichever is first, and is bound as its parent is. */
export const ACCESS_TOKEN_COLUMNS = `access_token.id, token.account_id, token.kind, access_token.digest, access_token.created_at,
  CASE WHEN token.expires_at < access_token.expires_at THEN token.expires_at ELSE access_token.expires_at END AS expires_at,
  coalesce(access_token.revoked_at, token.revoked_at) AS revoked_at, access_token.permissions, token.allowed_addresses,
  ${POLICY_ADDRESSES}, token.id AS parent_id, token.permissions AS parent_permissions`

export const WITH_PARENT = 'access_token JOIN token ON token.id = access_token.token_id'

/** Reads tokens, accounts and groups on the verifying connection, synchronously. */
export function sqliteCredentials(reader: DatabaseSync, catalogue: RoleCatalogue) {
  const token = reader.prepare(`SELECT ${TOKEN_COLUMNS} FROM token WHERE id = ?`)
  const accessToken = reader.prepare(`SELECT ${ACCESS_TOKEN_COLUMNS} FROM ${WITH_PARENT} WHERE access_token.id = ?`)
  const account = reader.prepare(
    `SELECT id, kind, username, display_name, deactivated_at,
      (SELECT json_group_array(role) FROM role_grant WHERE account_id = account.id) AS roles,
      (SELECT json_group_array(group_id) FROM group_member WHERE account_id = account.id) AS groups
    FROM account WHERE id = ?`,
  )
  const group = reader.prepare(
    `WITH RECURSIVE ${above('?')}
    SELECT DISTINCT role FROM above CROSS JOIN group_role WHERE group_role.group_id = above.group_id`,
  )
  return {
    readToken(id: string): VerifiableToken | undefined {
      const row = (token.get(id) ?? accessToken.get(id)) as TokenRow | undefined
      return row && toToken(row)
    },
    /** `rolesOfGroup` is asked for each group that the account is in. */
    readAccount(id: string, rolesOfGroup: (groupId: string) => readonly string[]): Principal | undefined {
      const row = account.get(id) as (AccountRow & { readonly groups: string }) | undefined
      if (row === undefined) return undefined
      const groups = JSON.parse(row.groups) as string[]
      return toPrincipal(
        row,
        new Set([...(JSON.parse(row.roles) as string[]), ...groups.flatMap(rolesOfGroup)]),
        catalogue,
      )
    },
    /** What people have by being in the group: its roles and those of every group above it. */
    readGroupRoles(id: string): readonly string[] {
      return group.all(id).map(({ role }) => role as string)
    },
  }
}

const POSTGRES_ACCOUNT = `account.id AS a_id, account.kind AS a_kind, username, display_name, deactivated_at,
  (SELECT coalesce(json_agg(role), '[]')::text FROM given WHERE given.account_id = account.id) AS roles,
  (SELECT epoch FROM authz_clock) AS epoch, pg_is_in_recovery() AS is_replica`

type JoinedRow = TokenRow &
  Omit<AccountRow, 'id' | 'kind'> & { a_id: string; a_kind: Principal['kind']; epoch: number; is_replica: boolean }

/** By the code with which the server itself refuses to write there. */
function assertPrimary(rows: readonly JoinedRow[]): void {
  if (!rows.some(({ is_replica }) => is_replica)) return
  throw Object.assign(new Error('This is no primary database: what it shows may be old.'), { code: '25006' })
}

/** A token with its account, as they stood at an epoch of the authorization clock: all from one snapshot. */
export interface StoredCredential {
  readonly token: VerifiableToken
  readonly account: Principal
  readonly epoch: number
}

/** Reads tokens with their accounts from the primary, many in one statement and so in one snapshot. */
export function postgresCredentials(pool: pg.Pool, catalogue: RoleCatalogue) {
  const principal = ({ a_id, a_kind, roles, ...row }: JoinedRow) =>
    toPrincipal({ ...row, id: a_id, kind: a_kind }, JSON.parse(roles) as string[], catalogue)
  return {
    async readTokens(ids: readonly string[]): Promise<Map<string, StoredCredential>> {
      const { rows } = await pool.query<JoinedRow>({
        name: 'read-tokens',
        text: `WITH RECURSIVE wanted (id) AS (
            SELECT account_id FROM token WHERE id = ANY($1)
            UNION SELECT account_id FROM ${WITH_PARENT} WHERE access_token.id = ANY($1)
          ),
          ${given('SELECT id FROM wanted')}
          SELECT ${TOKEN_COLUMNS}, ${POSTGRES_ACCOUNT} FROM token JOIN account ON account.id = token.account_id
          WHERE token.id = ANY($1)
          UNION ALL
          SELECT ${ACCESS_TOKEN_COLUMNS}, ${POSTGRES_ACCOUNT}
          FROM ${WITH_PARENT} JOIN account ON account.id = token.account_id WHERE access_token.id = ANY($1)`,
        values: [ids],
      })
      assertPrimary(rows)
      return new Map(rows.map((row) => [row.id, { token: toToken(row), account: principal(row), epoch: row.epoch }]))
    },
    async readAccount(id: string): Promise<Pick<StoredCredential, 'account' | 'epoch'> | undefined> {
      const { rows } = await pool.query<JoinedRow>({
        name: 'read-account',
        text: `WITH RECURSIVE ${given('$1')} SELECT ${POSTGRES_ACCOUNT} FROM account WHERE id = $1`,
        values: [id],
      })
      assertPrimary(rows)
      return rows[0] && { account: principal(rows[0]), epoch: rows[0].epoch }
    },
  }
}

export function toToken(row: TokenRow): VerifiableToken {
  return {
    id: row.id,
    parentId: row.parent_id,
    kind: row.kind,
    accountId: row.account_id,
    // Copied into Node's pool: each blob of node:sqlite is a block of memory of its own, and a cache full of those
    // leaves the process a third larger.
    digest: Buffer.from(row.digest),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    narrowing: narrowingOf(row),
    allowedAddresses:
      row.allowed_addresses === null ? null : toBlockList(JSON.parse(row.allowed_addresses) as string[]),
    policyAddresses: row.policy_addresses === null ? null : policyRanges(row.policy_addresses),
  }
}

/** Null: none. Of an access token, what both it and its parent leave. */
function narrowingOf({ permissions, parent_permissions }: TokenRow): ReadonlySet<string> | null {
  const [own, parents] = [permissions, parent_permissions].map((text) =>
    text === null ? undefined : (JSON.parse(text) as string[]),
  )
  if (own === undefined) return parents === undefined ? null : new Set(parents)
  return new Set(parents === undefined ? own : own.filter((permission) => parents.includes(permission)))
}

/** All tokens of a kind share one list. Two kinds, so two texts at a time; the rest is of former policies. */
const sharedRanges = new Map<string, BlockList>()

function policyRanges(text: string): BlockList {
  const known = sharedRanges.get(text)
  if (known !== undefined) return known
  if (sharedRanges.size >= 2) sharedRanges.clear()
  const ranges = toBlockList(JSON.parse(text) as string[])
  sharedRanges.set(text, ranges)
  return ranges
}

export function toPrincipal(
  row: Omit<AccountRow, 'roles'>,
  roleNames: Iterable<string>,
  catalogue: RoleCatalogue,
): Principal {
  const roles = [...roleNames].sort()
  return {
    id: row.id,
    kind: row.kind,
    username: row.username,
    displayName: row.display_name,
    deactivatedAt: row.deactivated_at,
    roles,
    permissions: catalogue.permissionsOf(roles),
  }
}
