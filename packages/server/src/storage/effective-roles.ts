import { type RawBuilder, sql } from 'kysely'

/**
 * The one rule of inheritance, as SQL: an account has the roles it was given, those of the groups it is in, and those
 * of the groups that these are members of, and so on. `UNION` keeps each group once, so even a circle typed into the
 * database by hand ends. A group counts while its own row is there: SQLite's own prompt deletes that without what hangs
 * on it, since it does not enforce foreign keys. `CROSS JOIN` keeps SQLite from reading every group's roles to find
 * those of a few.
 */

/** `reach(account_id, group_id)`: every group that counts for each account of the list or query `accounts`. */
export const reach = (accounts: string): string => `reach (account_id, group_id) AS (
  SELECT group_member.account_id, group_member.group_id FROM group_member
    JOIN account_group ON account_group.id = group_member.group_id WHERE group_member.account_id IN (${accounts})
  UNION
  SELECT reach.account_id, group_nesting.group_id FROM reach
    JOIN group_nesting ON group_nesting.member_group_id = reach.group_id
    JOIN account_group ON account_group.id = group_nesting.group_id
)`

/** The names of the roles in force for the account `id` (a column or a parameter), each once; needs {@link reach}. */
export const rolesInForce = (id: string): string => `SELECT role FROM role_grant WHERE role_grant.account_id = ${id}
  UNION SELECT role FROM reach CROSS JOIN group_role
    WHERE reach.account_id = ${id} AND group_role.group_id = reach.group_id`

/** `above(group_id)`: a group and every group whose roles its people have, too. */
export const above = (groupId: string): RawBuilder<unknown> => sql`above (group_id) AS (
  SELECT id FROM account_group WHERE id = ${groupId}
  UNION
  SELECT group_nesting.group_id FROM above JOIN group_nesting ON group_nesting.member_group_id = above.group_id
    JOIN account_group ON account_group.id = group_nesting.group_id
)`

/** `holding(group_id)`: every group whose people have the role, by the group itself or by one above it. */
export const holding = (role: string): RawBuilder<unknown> => sql`holding (group_id) AS (
  SELECT group_role.group_id FROM group_role WHERE role = ${role}
  UNION
  SELECT group_nesting.member_group_id FROM holding JOIN group_nesting ON group_nesting.group_id = holding.group_id
)`
