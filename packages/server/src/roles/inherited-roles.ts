import { sql } from 'kysely'
import type { Reader } from '../storage/database.ts'
import type { RoleSource } from './role-sources.ts'

export interface Membership {
  readonly id: string
  readonly name: string
}

/** What groups mean for one account. */
export interface Inheritance {
  /** The groups it is in directly, by name. */
  readonly groups: readonly Membership[]
  /** Each role that groups give it, by the fewest of them; one that is given directly as well is here, too. */
  readonly roles: readonly RoleSource[]
}

const NOTHING: Inheritance = { groups: [], roles: [] }

/** The groups and inherited roles of several accounts: one recursive query for all of them, whatever the depth. */
export async function inheritanceOf(db: Reader, accountIds: readonly string[]): Promise<(id: string) => Inheritance> {
  if (accountIds.length === 0) return () => NOTHING
  const memberships = await db
    .selectFrom('group_member')
    .innerJoin('account_group', 'account_group.id', 'group_member.group_id')
    .select(['group_member.account_id', 'account_group.id', 'account_group.name'])
    .where('group_member.account_id', 'in', accountIds)
    .orderBy('account_group.name_key')
    .execute()
  if (memberships.length === 0) return () => NOTHING
  const graph = await graphAbove(db, new Set(memberships.map(({ id }) => id)))
  const byAccount = Map.groupBy(memberships, (row) => row.account_id)
  return (id) => {
    const groups = (byAccount.get(id) ?? []).map(({ id: groupId, name }) => ({ id: groupId, name }))
    return groups.length === 0 ? NOTHING : { groups, roles: shortestWays(groups, graph) }
  }
}

/** What the groups above a group give to everybody in it, each role by the fewest groups. */
export async function inheritedByGroup(db: Reader, groupId: string): Promise<RoleSource[]> {
  const graph = await graphAbove(db, new Set([groupId]))
  return shortestWays(graph.above.get(groupId) ?? [], graph)
}

interface Graph {
  readonly above: ReadonlyMap<string, readonly Membership[]>
  readonly roles: ReadonlyMap<string, readonly string[]>
}

async function graphAbove(db: Reader, groupIds: ReadonlySet<string>): Promise<Graph> {
  const { rows } = await sql<{ from_id: string | null; id: string; name: string; role: string | null }>`
    WITH RECURSIVE step (from_id, id) AS (
      SELECT NULL, id FROM account_group WHERE id IN (${sql.join([...groupIds])})
      UNION
      SELECT group_nesting.member_group_id, group_nesting.group_id FROM step
        JOIN group_nesting ON group_nesting.member_group_id = step.id
        JOIN account_group ON account_group.id = group_nesting.group_id
    )
    SELECT step.from_id, step.id, account_group.name, group_role.role
    FROM step JOIN account_group ON account_group.id = step.id LEFT JOIN group_role ON group_role.group_id = step.id
    ORDER BY account_group.name_key, group_role.role`.execute(db)
  const above = new Map<string, Membership[]>()
  const roles = new Map<string, Set<string>>()
  for (const { from_id, id, name, role } of rows) {
    if (role !== null) roles.set(id, (roles.get(id) ?? new Set()).add(role))
    if (from_id === null) continue
    const known = above.get(from_id) ?? []
    if (!known.some((group) => group.id === id)) above.set(from_id, [...known, { id, name }])
  }
  return { above, roles: new Map([...roles].map(([id, names]) => [id, [...names]])) }
}

/** Breadth first, so the first way that is found to a role is a shortest one. */
function shortestWays(groups: readonly Membership[], { above, roles }: Graph): RoleSource[] {
  const found = new Map<string, readonly string[]>()
  const visited = new Set<string>()
  const next = groups.map(({ id, name }) => ({ id, through: [name] }))
  for (const { id, through } of next) {
    if (visited.has(id)) continue
    visited.add(id)
    for (const role of roles.get(id) ?? []) if (!found.has(role)) found.set(role, through)
    for (const group of above.get(id) ?? []) next.push({ id: group.id, through: [...through, group.name] })
  }
  return [...found].map(([role, through]) => ({ role, through })).sort((one, other) => (one.role < other.role ? -1 : 1))
}
