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

/** `above(from_id, group_id)`: for each group of the list or query `groups`, itself and all whose roles its people have, too. */
export const above = (groups: string): string => `above (from_id, group_id) AS (
  SELECT id, id FROM account_group WHERE id IN (${groups})
  UNION
  SELECT above.from_id, group_nesting.group_id FROM above
    JOIN group_nesting ON group_nesting.member_group_id = above.group_id
    JOIN account_group ON account_group.id = group_nesting.group_id
)`

/**
 * `above` and `given(account_id, role)`: what is in force for each account of the list or query `accounts`. For many
 * accounts at once: the way up is gone once for each group that they are in, not once for each of them.
 */
export const given = (accounts: string): string => `
${above(`SELECT group_id FROM group_member WHERE account_id IN (${accounts})`)},
inherited (from_id, role) AS (
  SELECT DISTINCT above.from_id, group_role.role FROM above JOIN group_role ON group_role.group_id = above.group_id
),
given (account_id, role) AS (
  SELECT account_id, role FROM role_grant WHERE account_id IN (${accounts})
  UNION
  SELECT group_member.account_id, inherited.role FROM group_member
    JOIN inherited ON inherited.from_id = group_member.group_id WHERE group_member.account_id IN (${accounts})
)`

/** `holding(group_id)`: every group whose people have the role, by the group itself or by one above it. */
export const holding = (role: string): RawBuilder<unknown> => sql`holding (group_id) AS (
  SELECT group_role.group_id FROM group_role WHERE role = ${role}
  UNION
  SELECT group_nesting.member_group_id FROM holding JOIN group_nesting ON group_nesting.group_id = holding.group_id
)`

/** `below(group_id)`: a group and every group that is in it, directly or not: whose people have its roles. */
export const below = (groupId: string): RawBuilder<unknown> => sql`below (group_id) AS (
  SELECT id FROM account_group WHERE id = ${groupId}
  UNION
  SELECT group_nesting.member_group_id FROM below JOIN group_nesting ON group_nesting.group_id = below.group_id
    JOIN account_group ON account_group.id = group_nesting.member_group_id
)`
