import { sql } from 'kysely'
import { Problem } from '../core/problem.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { above, holding, reach, rolesInForce } from '../storage/effective-roles.ts'
import type { RoleHolder } from './require-holder.ts'
import { ADMINISTRATOR } from './role-catalogue.ts'

export interface Grant {
  readonly holder: RoleHolder
  readonly role: string
  readonly grantedAt: number
  readonly grantedBy: string | null
}

/** Gives a role. False if the holder had it already. */
export async function insertGrant(trx: Transaction, { holder, role, grantedAt, grantedBy }: Grant): Promise<boolean> {
  const grant = { role, granted_at: grantedAt, granted_by: grantedBy }
  const insert =
    holder.type !== 'group'
      ? trx.insertInto('role_grant').values({ account_id: holder.id, ...grant })
      : trx.insertInto('group_role').values({ group_id: holder.id, ...grant })
  const result = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Takes a role. False if the holder did not have it. */
export async function deleteGrant(trx: Transaction, holder: RoleHolder, role: string): Promise<boolean> {
  const removal =
    holder.type !== 'group'
      ? trx.deleteFrom('role_grant').where('account_id', '=', holder.id)
      : trx.deleteFrom('group_role').where('group_id', '=', holder.id)
  const result = await removal.where('role', '=', role).executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** The roles given to each of these accounts or groups directly, sorted. */
export async function rolesGivenTo(
  db: Reader,
  holders: 'account' | 'group',
  ids: readonly string[],
): Promise<(id: string) => readonly string[]> {
  if (ids.length === 0) return () => []
  const query: Promise<{ id: string; role: string }[]> =
    holders === 'account'
      ? db.selectFrom('role_grant').select(['account_id as id', 'role']).where('account_id', 'in', ids).execute()
      : db.selectFrom('group_role').select(['group_id as id', 'role']).where('group_id', 'in', ids).execute()
  const given = Map.groupBy(await query, ({ id }) => id)
  return (id) =>
    given
      .get(id)
      ?.map(({ role }) => role)
      .sort() ?? []
}

/** The roles in force for an account: its own and those of its groups, sorted. */
export async function effectiveRolesOf(db: Reader, accountId: string): Promise<string[]> {
  const { rows } = await sql<{ role: string }>`WITH RECURSIVE
    wanted AS (SELECT id FROM account WHERE id = ${accountId}), ${sql.raw(reach('SELECT id FROM wanted'))}
    SELECT role FROM (${sql.raw(rolesInForce('(SELECT id FROM wanted)'))}) AS given`.execute(db)
  return rows.map(({ role }) => role).sort()
}

/** The roles that people have by being in a group: its own and those of the groups it belongs to. */
export async function rolesByGroup(db: Reader, groupId: string): Promise<string[]> {
  const { rows } = await sql<{ role: string }>`WITH RECURSIVE
    wanted AS (SELECT id FROM account_group WHERE id = ${groupId}), ${sql.raw(above('SELECT id FROM wanted'))}
    SELECT DISTINCT role FROM group_role JOIN above ON above.group_id = group_role.group_id`.execute(db)
  return rows.map(({ role }) => role).sort()
}

/**
 * To be asked after a change that may have removed the last active Administrator; throws `last_administrator`, and the
 * transaction undoes it. Two such changes at once cannot both pass: the first holds the lock of the authorization
 * clock, which its trigger took, until it is committed.
 */
export async function assertAdministratorRemains(trx: Transaction): Promise<void> {
  if (!(await hasActiveAdministrator(trx))) throw new Problem('last_administrator')
}

/** Those of these accounts that are active Administrators, by a grant or by a group. */
export async function administratorsAmong(db: Reader, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const all = new Set((await activeAdministrators(db)).map(({ id }) => id))
  return new Set(ids.filter((id) => all.has(id)))
}

/** Every active Administrator, and whether a group makes them one. */
export async function activeAdministrators(db: Reader): Promise<{ id: string; byGroup: boolean }[]> {
  const { rows } = await sql<{ id: string; by_group: number }>`WITH RECURSIVE ${holding(ADMINISTRATOR)},
    holder AS (
      SELECT account_id, 0 AS by_group FROM role_grant WHERE role = ${ADMINISTRATOR}
      UNION ALL SELECT account_id, 1 FROM group_member WHERE group_id IN (SELECT group_id FROM holding)
    )
    SELECT id, max(by_group) AS by_group FROM holder JOIN account ON account.id = holder.account_id
    WHERE kind = 'member' AND deactivated_at IS NULL GROUP BY id`.execute(db)
  return rows.map(({ id, by_group }) => ({ id, byGroup: by_group === 1 }))
}

/** Only people count: a service account cannot sign in to mend things. */
async function hasActiveAdministrator(db: Reader): Promise<boolean> {
  const { rows } = await sql`WITH RECURSIVE ${holding(ADMINISTRATOR)}
    SELECT id FROM account WHERE kind = 'member' AND deactivated_at IS NULL AND (
      id IN (SELECT account_id FROM role_grant WHERE role = ${ADMINISTRATOR})
      OR id IN (SELECT account_id FROM group_member JOIN holding ON holding.group_id = group_member.group_id)
    ) LIMIT 1`.execute(db)
  return rows.length > 0
}
