import { sql } from 'kysely'
import type { Reader } from '../storage/database.ts'
import { holding } from '../storage/effective-roles.ts'
import type { RoleHolder } from './require-holder.ts'

/** Somebody or a group that has a role, and by which way. */
export interface Holding {
  readonly holder: RoleHolder & { readonly name: string; readonly displayName: string }
  readonly isDeactivated: boolean
  /** Names of the groups it comes through, from the nearest to the one that has it; empty: given directly. */
  readonly through: readonly string[]
}

/** Where a page ended. */
export interface HoldingPosition {
  readonly of: 'group' | 'account'
  readonly after: string
}

interface Page {
  readonly after: HoldingPosition | undefined
  readonly limit: number
}

/** Who has the role: groups first, then accounts, each by name, whether given to them or inherited. */
export async function listHolders(db: Reader, role: string, { after, limit }: Page) {
  const ways = await waysToRole(db, role)
  const groups = after?.of === 'account' ? [] : groupHoldings(ways, after?.after).slice(0, limit + 1)
  const accounts =
    groups.length > limit
      ? []
      : await accountHoldings(db, role, ways, {
          after: after?.of === 'account' ? after.after : undefined,
          limit: limit + 1 - groups.length,
        })
  const found = [...groups, ...accounts]
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(({ holding }) => holding), next: found.length > limit ? last?.position : undefined }
}

interface Found {
  readonly holding: Holding
  readonly position: HoldingPosition
}

interface Way {
  readonly id: string
  readonly name: string
  readonly nameKey: string
  /** From the group itself to the one that has the role. */
  readonly names: readonly string[]
}

/** Every group whose people have the role, with the shortest way to a group that was given it. */
async function waysToRole(db: Reader, role: string): Promise<ReadonlyMap<string, Way>> {
  const { rows } = await sql<{ id: string; name: string; name_key: string; above_id: string | null }>`
    WITH RECURSIVE step (above_id, id, name, name_key) AS (
      SELECT NULL, account_group.id, name, name_key FROM group_role
        JOIN account_group ON account_group.id = group_role.group_id WHERE role = ${role}
      UNION
      SELECT group_nesting.group_id, account_group.id, account_group.name, account_group.name_key FROM step
        JOIN group_nesting ON group_nesting.group_id = step.id
        JOIN account_group ON account_group.id = group_nesting.member_group_id
    )
    SELECT above_id, id, name, name_key FROM step`.execute(db)
  const below = Map.groupBy(rows, (row) => row.above_id)
  const ways = new Map<string, Way>()
  const next = [...(below.get(null) ?? [])]
  for (const { id, name, name_key, above_id } of next) {
    if (ways.has(id)) continue
    const above = above_id === null ? [] : (ways.get(above_id)?.names ?? [])
    ways.set(id, { id, name, nameKey: name_key, names: [name, ...above] })
    next.push(...(below.get(id) ?? []))
  }
  return ways
}

function groupHoldings(ways: ReadonlyMap<string, Way>, after = ''): Found[] {
  const rest = [...ways.values()].filter(({ nameKey }) => nameKey > after)
  const sorted = rest.sort((one, other) => (one.nameKey < other.nameKey ? -1 : 1))
  return sorted.map(({ id, name, nameKey, names }) => ({
    holding: {
      holder: { type: 'group', id, name, displayName: name },
      isDeactivated: false,
      through: names.slice(1),
    },
    position: { of: 'group', after: nameKey },
  }))
}

interface AccountRow {
  readonly id: string
  readonly kind: 'member' | 'service'
  readonly username: string
  readonly username_key: string
  readonly display_name: string
  readonly deactivated_at: number | null
}

async function accountHoldings(
  db: Reader,
  role: string,
  ways: ReadonlyMap<string, Way>,
  { after = '', limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<Found[]> {
  const { rows } = await sql<AccountRow>`WITH RECURSIVE ${holding(role)}
    SELECT id, kind, username, username_key, display_name, deactivated_at FROM account
    WHERE username_key > ${after} AND (
      id IN (SELECT account_id FROM role_grant WHERE role = ${role})
      OR id IN (SELECT account_id FROM group_member JOIN holding ON holding.group_id = group_member.group_id)
    ) AND id NOT IN (SELECT account_id FROM service_account WHERE deleted_at IS NOT NULL)
    ORDER BY username_key LIMIT ${limit}`.execute(db)
  const throughOf = await nearestWays(
    db,
    role,
    ways,
    rows.map(({ id }) => id),
  )
  return rows.map(({ id, kind, username, username_key, display_name, deactivated_at }) => ({
    holding: {
      holder: {
        type: kind === 'member' ? 'member' : 'service_account',
        id,
        name: username,
        displayName: display_name,
      },
      isDeactivated: deactivated_at !== null,
      through: throughOf(id),
    },
    position: { of: 'account', after: username_key },
  }))
}

async function nearestWays(
  db: Reader,
  role: string,
  ways: ReadonlyMap<string, Way>,
  ids: readonly string[],
): Promise<(id: string) => readonly string[]> {
  if (ids.length === 0) return () => []
  const grants = await db
    .selectFrom('role_grant')
    .select('account_id')
    .where('role', '=', role)
    .where('account_id', 'in', ids)
    .execute()
  const direct = new Set(grants.map(({ account_id }) => account_id))
  const memberships = await db
    .selectFrom('group_member')
    .select(['account_id', 'group_id'])
    .where('account_id', 'in', ids)
    .execute()
  const waysOf = Map.groupBy(memberships, ({ account_id }) => account_id)
  return (id) => {
    if (direct.has(id)) return []
    const names = (waysOf.get(id) ?? []).flatMap(({ group_id }) => ways.get(group_id) ?? []).map((way) => way.names)
    return names.sort((one, other) => one.length - other.length)[0] ?? []
  }
}

/** How often each role is given directly, those included that the catalogue no longer has. */
export async function countGrants(db: Reader): Promise<{ role: string; accounts: number; groups: number }[]> {
  const { rows } = await sql<{ role: string; accounts: number; groups: number }>`
    SELECT role, sum(accounts) AS accounts, sum(in_groups) AS groups FROM (
      SELECT role, count(*) AS accounts, 0 AS in_groups FROM role_grant
        WHERE account_id NOT IN (SELECT account_id FROM service_account WHERE deleted_at IS NOT NULL) GROUP BY role
      UNION ALL
      SELECT role, 0, count(*) FROM group_role GROUP BY role
    ) AS counted GROUP BY role ORDER BY role`.execute(db)
  return rows.map(({ role, accounts, groups }) => ({ role, accounts: Number(accounts), groups: Number(groups) }))
}
