import { sql } from 'kysely'
import type { Reader } from '../storage/database.ts'

/** Where one of an account's or a group's roles comes from. */
export interface RoleSource {
  readonly role: string
  /** Names of the groups it comes through, from the nearest to the one that has it; empty: given directly. */
  readonly through: readonly string[]
}

interface Step {
  readonly account_id: string
  readonly from_id: string | null
  readonly id: string
  readonly name: string
}

/** Every role in force for an account, with one way it comes about: directly if so, else by the fewest groups. */
export async function roleSourcesOf(db: Reader, accountId: string): Promise<RoleSource[]> {
  return (await roleSourcesOfAll(db, [accountId]))(accountId)
}

/** The same for the accounts of a page, in three statements whatever their number. */
export async function roleSourcesOfAll(
  db: Reader,
  accountIds: readonly string[],
): Promise<(accountId: string) => RoleSource[]> {
  if (accountIds.length === 0) return () => []
  const direct = await db
    .selectFrom('role_grant')
    .select(['account_id', 'role'])
    .where('account_id', 'in', accountIds)
    .orderBy('role')
    .execute()
  const directOf = Map.groupBy(direct, (grant) => grant.account_id)
  const stepsOf = Map.groupBy(await stepsUpFrom(db, accountIds), (step) => step.account_id)
  const given = await rolesGivenByGroups(db, [...new Set([...stepsOf.values()].flat().map(({ id }) => id))])
  return (accountId) =>
    shortest([
      ...(directOf.get(accountId) ?? []).map(({ role }) => ({ role, through: [] })),
      ...inherited(waysUp(stepsOf.get(accountId) ?? []), given),
    ])
}

/** Every role that being in a group gives, with where it comes from: the group itself, else the fewest groups above it. */
export async function roleSourcesOfGroup(db: Reader, groupId: string): Promise<RoleSource[]> {
  const { rows } = await sql<Omit<Step, 'account_id'>>`WITH RECURSIVE step (from_id, id, name) AS (
      SELECT NULL, id, name FROM account_group WHERE id = ${groupId}
      UNION
      SELECT group_nesting.member_group_id, account_group.id, account_group.name FROM step
        JOIN group_nesting ON group_nesting.member_group_id = step.id
        JOIN account_group ON account_group.id = group_nesting.group_id
    )
    SELECT from_id, id, name FROM step`.execute(db)
  const ways = waysUp(rows)
  const given = await rolesGivenByGroups(db, [...ways.keys()])
  // Its own name begins each way; what it has by itself comes through no other.
  return shortest(inherited(ways, given).map(({ role, through }) => ({ role, through: through.slice(1) })))
}

async function stepsUpFrom(db: Reader, accountIds: readonly string[]): Promise<Step[]> {
  const { rows } = await sql<Step>`WITH RECURSIVE step (account_id, from_id, id, name) AS (
      SELECT group_member.account_id, NULL, account_group.id, account_group.name FROM group_member
        JOIN account_group ON account_group.id = group_member.group_id
        WHERE group_member.account_id IN (${sql.join(accountIds)})
      UNION
      SELECT step.account_id, group_nesting.member_group_id, account_group.id, account_group.name FROM step
        JOIN group_nesting ON group_nesting.member_group_id = step.id
        JOIN account_group ON account_group.id = group_nesting.group_id
    )
    SELECT account_id, from_id, id, name FROM step`.execute(db)
  return rows
}

/** How many ids one statement is asked about: engines limit the number of parameters. */
const IDS_AT_ONCE = 10_000

async function rolesGivenByGroups(db: Reader, ids: readonly string[]): Promise<Map<string, string[]>> {
  const given = new Map<string, string[]>()
  for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
    const rows = await db
      .selectFrom('group_role')
      .select(['group_id', 'role'])
      .where('group_id', 'in', ids.slice(from, from + IDS_AT_ONCE))
      .orderBy('role')
      .execute()
    for (const { group_id, role } of rows) given.set(group_id, [...(given.get(group_id) ?? []), role])
  }
  return given
}

/** For each group that counts, the names on the shortest way to it. */
function waysUp(steps: readonly Omit<Step, 'account_id'>[]): Map<string, string[]> {
  const ways = new Map<string, string[]>()
  const byOrigin = Map.groupBy(steps, (step) => step.from_id)
  const next = [...(byOrigin.get(null) ?? [])]
  for (const step of next) {
    if (ways.has(step.id)) continue
    ways.set(step.id, [...(step.from_id === null ? [] : (ways.get(step.from_id) ?? [])), step.name])
    next.push(...(byOrigin.get(step.id) ?? []))
  }
  return ways
}

function inherited(ways: ReadonlyMap<string, readonly string[]>, given: ReadonlyMap<string, readonly string[]>) {
  return [...ways].flatMap(([id, through]) => (given.get(id) ?? []).map((role): RoleSource => ({ role, through })))
}

/** One source for each role, the shortest; those given directly first. */
function shortest(sources: readonly RoleSource[]): RoleSource[] {
  const first = new Map<string, RoleSource>()
  for (const source of sources.toSorted((one, other) => one.through.length - other.through.length)) {
    if (!first.has(source.role)) first.set(source.role, source)
  }
  return [...first.values()]
}
