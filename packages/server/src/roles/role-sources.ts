import { sql } from 'kysely'
import type { Reader } from '../storage/database.ts'

/** Where one of an account's roles comes from. */
export interface RoleSource {
  readonly role: string
  /** Names of the groups it comes through, from the one that the account is in; empty: given directly. */
  readonly through: readonly string[]
}

interface Step {
  readonly from_id: string | null
  readonly id: string
  readonly name: string
}

/** Every role in force for an account, with one way it comes about: directly if so, else by the fewest groups. */
export async function roleSourcesOf(db: Reader, accountId: string): Promise<RoleSource[]> {
  const direct = await db
    .selectFrom('role_grant')
    .select('role')
    .where('account_id', '=', accountId)
    .orderBy('role')
    .execute()
  const ways = await waysUp(db, accountId)
  const ids = [...ways.keys()]
  const inherited =
    ids.length === 0
      ? []
      : await db
          .selectFrom('group_role')
          .select(['group_id', 'role'])
          .where('group_id', 'in', ids)
          .orderBy('role')
          .execute()
  const sources: RoleSource[] = [
    ...direct.map(({ role }) => ({ role, through: [] })),
    ...inherited.map(({ group_id, role }) => ({ role, through: ways.get(group_id) ?? [] })),
  ].sort((one, other) => one.through.length - other.through.length)
  return [...new Map(sources.toReversed().map((source) => [source.role, source])).values()].toReversed()
}

/** For each group that counts for the account, the names on the shortest way to it. */
async function waysUp(db: Reader, accountId: string): Promise<Map<string, string[]>> {
  const { rows } = await sql<Step>`WITH RECURSIVE step (from_id, id) AS (
      SELECT NULL, group_id FROM group_member WHERE account_id = ${accountId}
      UNION
      SELECT group_nesting.member_group_id, group_nesting.group_id FROM step
        JOIN group_nesting ON group_nesting.member_group_id = step.id
    )
    SELECT step.from_id, step.id, account_group.name FROM step JOIN account_group ON account_group.id = step.id`.execute(
    db,
  )
  const ways = new Map<string, string[]>()
  const byOrigin = Map.groupBy(rows, (row) => row.from_id)
  const next: Step[] = [...(byOrigin.get(null) ?? [])]
  for (const step of next) {
    if (ways.has(step.id)) continue
    ways.set(step.id, [...(step.from_id === null ? [] : (ways.get(step.from_id) ?? [])), step.name])
    next.push(...(byOrigin.get(step.id) ?? []))
  }
  return ways
}
