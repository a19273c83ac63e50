import type { DatabaseSync } from 'node:sqlite'

/** One way in which authority ends, compared between `main`, the older state, and `former`, a later one. */
interface Ending {
  /** In the plural. */
  readonly what: string
  /** The names of what had ended in `former` and has not in `main`. */
  readonly find: string
  /** Ends it in `main` as well. */
  readonly again: string
}

const ENDINGS: readonly Ending[] = [
  {
    what: 'revoked tokens',
    find: `SELECT token.id AS name FROM main.token JOIN former.token AS was ON was.id = token.id
      WHERE token.revoked_at IS NULL AND was.revoked_at IS NOT NULL`,
    again: `UPDATE main.token SET revoked_at = was.revoked_at, name_released_at = coalesce(token.name_released_at, was.revoked_at)
      FROM former.token AS was WHERE was.id = token.id AND token.revoked_at IS NULL AND was.revoked_at IS NOT NULL`,
  },
  {
    what: 'shortened or narrowed tokens',
    find: `SELECT token.id AS name FROM main.token JOIN former.token AS was ON was.id = token.id
      WHERE token.revoked_at IS NULL AND was.revoked_at IS NULL AND (${differs('token', 'was')})`,
    again: `UPDATE main.token SET expires_at = was.expires_at, permissions = was.permissions,
        allowed_addresses = was.allowed_addresses
      FROM former.token AS was WHERE was.id = token.id AND token.revoked_at IS NULL AND (${differs('token', 'was')})`,
  },
  {
    what: 'deactivated accounts',
    find: `SELECT account.username AS name FROM main.account JOIN former.account AS was ON was.id = account.id
      WHERE account.deactivated_at IS NULL AND was.deactivated_at IS NOT NULL`,
    again: `UPDATE main.account SET deactivated_at = was.deactivated_at
      FROM former.account AS was
      WHERE was.id = account.id AND account.deactivated_at IS NULL AND was.deactivated_at IS NOT NULL`,
  },
  {
    what: 'changed passwords',
    find: `SELECT account.username AS name FROM main.member JOIN main.account ON account.id = member.account_id
      JOIN former.member AS was ON was.account_id = member.account_id WHERE was.password_hash <> member.password_hash`,
    again: `UPDATE main.member SET password_hash = was.password_hash,
        password_change_required_at = was.password_change_required_at
      FROM former.member AS was
      WHERE was.account_id = member.account_id AND was.password_hash <> member.password_hash`,
  },
  gone('roles taken from accounts', 'role_grant', ['account_id', 'role']),
  gone('roles taken from groups', 'group_role', ['group_id', 'role']),
  gone('members removed from groups', 'group_member', ['group_id', 'account_id']),
  gone('groups removed from groups', 'group_nesting', ['group_id', 'member_group_id']),
  gone('ended sessions', 'session', ['id']),
]

function differs(one: string, other: string): string {
  const columns = ['expires_at', 'permissions', 'allowed_addresses']
  return columns.map((column) => `${one}.${column} IS NOT ${other}.${column}`).join(' OR ')
}

/** Rows of `main` that `former` has not any more. */
function gone(what: string, table: string, key: readonly string[]): Ending {
  const isThere = key.map((column) => `was.${column} = ${table}.${column}`).join(' AND ')
  const isGone = `NOT EXISTS (SELECT 1 FROM former.${table} AS was WHERE ${isThere})`
  return {
    what,
    find: `SELECT ${key.join(` || ' ' || `)} AS name FROM main.${table} WHERE ${isGone}`,
    again: `DELETE FROM main.${table} WHERE ${isGone}`,
  }
}

/** What had ended, by kind; kinds of which nothing had are left out. */
export type Ended = Readonly<Record<string, readonly string[]>>

/** Compares with the database that is attached as `former`. */
export function findEnded(db: DatabaseSync): Ended {
  const found = ENDINGS.map(({ what, find }) => [
    what,
    (db.prepare(find).all() as unknown as Named[]).map(({ name }) => name),
  ])
  return Object.fromEntries(found.filter(([, names]) => (names as readonly string[]).length > 0))
}

interface Named {
  readonly name: string
}

/** Ends all of that again, in the transaction of the caller. */
export function endAgain(db: DatabaseSync): void {
  for (const { again } of ENDINGS) db.exec(again)
}

/** Tokens that are active in `main` and were used after an instant, as far as `former` can tell. */
export function findUsedSince(db: DatabaseSync, since: number): readonly string[] {
  const used = `SELECT token.id AS name FROM main.token JOIN former.token_usage AS usage ON usage.token_id = token.id
    WHERE token.revoked_at IS NULL AND usage.last_used_at > ?`
  return (db.prepare(used).all(since) as unknown as Named[]).map(({ name }) => name)
}
