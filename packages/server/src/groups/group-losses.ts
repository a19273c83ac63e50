import { sql } from 'kysely'
import type { Reader } from '../storage/database.ts'
import { reach } from '../storage/effective-roles.ts'
import type { GroupAccount } from './group.ts'

/** What an account would lose. */
export interface GroupLoss extends GroupAccount {
  readonly roles: readonly string[]
}

interface Page {
  readonly after: string | undefined
  readonly limit: number
}

/**
 * Who would lose which roles if the group were gone: those that nothing else gives. It looks at the next `limit`
 * accounts that the group counts for, by username, so that a page costs the same in the largest group.
 */
export async function listLosses(db: Reader, groupId: string, { after, limit }: Page) {
  const people = await peopleOf(db, groupId, { after, limit: limit + 1 })
  const page = people.slice(0, limit)
  const next = people.length > limit ? page.at(-1)?.username_key : undefined
  const lost = await lostBy(
    db,
    groupId,
    page.map(({ id }) => id),
  )
  const items = page.flatMap(({ id, kind, username, display_name }): GroupLoss[] => {
    const roles = lost.get(id)
    return roles ? [{ id, kind, username, displayName: display_name, roles }] : []
  })
  return { items, next }
}

interface PersonRow {
  readonly id: string
  readonly kind: 'member' | 'service'
  readonly username: string
  readonly username_key: string
  readonly display_name: string
}

/** Everybody in the group and in the groups below it. */
async function peopleOf(db: Reader, groupId: string, { after = '', limit }: Page): Promise<PersonRow[]> {
  const { rows } = await sql<PersonRow>`WITH RECURSIVE below (group_id) AS (
      SELECT id FROM account_group WHERE id = ${groupId}
      UNION
      SELECT group_nesting.member_group_id FROM below JOIN group_nesting ON group_nesting.group_id = below.group_id
    )
    SELECT id, kind, username, username_key, display_name FROM account
    WHERE username_key > ${after}
      AND id IN (SELECT account_id FROM group_member JOIN below ON below.group_id = group_member.group_id)
    ORDER BY username_key LIMIT ${limit}`.execute(db)
  return rows
}

/** The roles that reach these accounts with the group and not without it, sorted. */
async function lostBy(db: Reader, groupId: string, ids: readonly string[]): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ account_id: string; role: string }>`WITH RECURSIVE
    wanted AS (SELECT id FROM account WHERE id IN (${sql.join(ids)})),
    ${sql.raw(reach('SELECT id FROM wanted'))},
    kept (account_id, group_id) AS (
      SELECT account_id, group_id FROM group_member
        WHERE account_id IN (SELECT id FROM wanted) AND group_id <> ${groupId}
      UNION
      SELECT kept.account_id, group_nesting.group_id FROM kept
        JOIN group_nesting ON group_nesting.member_group_id = kept.group_id WHERE group_nesting.group_id <> ${groupId}
    )
    SELECT reach.account_id, role FROM reach JOIN group_role ON group_role.group_id = reach.group_id
    EXCEPT SELECT kept.account_id, role FROM kept JOIN group_role ON group_role.group_id = kept.group_id
    EXCEPT SELECT account_id, role FROM role_grant WHERE account_id IN (SELECT id FROM wanted)
    ORDER BY role`.execute(db)
  const lost = new Map<string, string[]>()
  for (const { account_id, role } of rows) lost.set(account_id, [...(lost.get(account_id) ?? []), role])
  return lost
}
