import { sql } from 'kysely'
import { fieldProblem, Problem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import { rolesGivenTo } from '../roles/role-grant-store.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { containsText } from '../storage/search.ts'
import { violates } from '../storage/storage-errors.ts'
import type { Group, GroupAccount, GroupNeighbour, GroupReference } from './group.ts'

function selectGroups(db: Reader) {
  return db
    .selectFrom('account_group')
    .select(['id', 'name', 'name_key', 'description', 'created_at'])
    .select((group) =>
      group
        .selectFrom('group_member')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('group_member.group_id', '=', 'account_group.id')
        .as('member_count'),
    )
    .select(countNestings('group_id').as('group_count'))
}

/** How many groups are directly in the group of the row (`group_id`), or directly around it (`member_group_id`). */
const countNestings = (end: 'group_id' | 'member_group_id') =>
  sql<number>`(SELECT count(*) FROM group_nesting WHERE ${sql.ref(`group_nesting.${end}`)} = account_group.id)`

type GroupRow = Awaited<ReturnType<ReturnType<typeof selectGroups>['executeTakeFirstOrThrow']>>

function toGroup(row: GroupRow, roles: readonly string[]): Group {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
    roles,
    memberCount: row.member_count ?? 0,
    groupCount: row.group_count,
  }
}

/** One group. Throws `group_not_found`. */
export async function getGroup(db: Reader, id: string): Promise<Group> {
  const row = await selectGroups(db).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Problem('group_not_found')
  return toGroup(row, (await rolesGivenTo(db, 'group', [id]))(id))
}

interface GroupFilter {
  readonly q: string | undefined
  /** Only groups that are in no other. */
  readonly isTop: boolean
  readonly after: string | undefined
  readonly limit: number
}

/** Groups in the order of their names, from after the key `after`. */
export async function listGroups(db: Reader, { q, isTop, after, limit }: GroupFilter) {
  let query = selectGroups(db)
    .orderBy('name_key')
    .limit(limit + 1)
  if (after !== undefined) query = query.where('name_key', '>', after)
  if (q !== undefined) query = query.where(containsText(['name_key'], q))
  if (isTop) query = query.where(sql<boolean>`id NOT IN (SELECT member_group_id FROM group_nesting)`)
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const rolesOf = await rolesGivenTo(
    db,
    'group',
    page.map((row) => row.id),
  )
  return {
    items: page.map((row) => toGroup(row, rolesOf(row.id))),
    next: rows.length > limit ? page.at(-1)?.name_key : undefined,
  }
}

interface NewGroup {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
}

/** Throws `group_name_taken`. */
export async function insertGroup(trx: Transaction, { id, name, description, createdAt }: NewGroup): Promise<void> {
  await nameTaken(() =>
    trx
      .insertInto('account_group')
      .values({ id, name, name_key: comparisonKey(name), description, created_at: createdAt })
      .execute(),
  )
}

/** Holds the group until the transaction ends, so that of two edits at once the second sees the first. */
export async function lockGroup(trx: Transaction, id: string): Promise<void> {
  await trx
    .updateTable('account_group')
    .set((row) => ({ created_at: row.ref('created_at') }))
    .where('id', '=', id)
    .execute()
}

/** Throws `group_name_taken`. */
export async function updateGroup(
  trx: Transaction,
  { id, name, description }: Omit<NewGroup, 'createdAt'>,
): Promise<void> {
  await nameTaken(() =>
    trx
      .updateTable('account_group')
      .set({ name, name_key: comparisonKey(name), description })
      .where('id', '=', id)
      .execute(),
  )
}

async function nameTaken(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violates(error, 'account_group_name'))
      throw fieldProblem('group_name_taken', 'name', 'Another group has this name.')
    throw error
  }
}

export async function deleteGroupRow(trx: Transaction, id: string): Promise<void> {
  await trx.deleteFrom('account_group').where('id', '=', id).execute()
}

/** Puts an account into a group. False if it was there. */
export async function insertGroupMember(
  trx: Transaction,
  groupId: string,
  accountId: string,
  now: number,
): Promise<boolean> {
  const result = await trx
    .insertInto('group_member')
    .values({ group_id: groupId, account_id: accountId, added_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Takes an account out of a group. False if it was not there. */
export async function deleteGroupMember(trx: Transaction, groupId: string, accountId: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('group_member')
    .where('group_id', '=', groupId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Makes a group a member of another. False if it was. */
export async function insertNesting(
  trx: Transaction,
  groupId: string,
  memberGroupId: string,
  now: number,
): Promise<boolean> {
  const result = await trx
    .insertInto('group_nesting')
    .values({ group_id: groupId, member_group_id: memberGroupId, added_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Ends that a group is a member of another. False if it was not. */
export async function deleteNesting(trx: Transaction, groupId: string, memberGroupId: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('group_nesting')
    .where('group_id', '=', groupId)
    .where('member_group_id', '=', memberGroupId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** The accounts that are in a group directly, by username, from after the key `after`. */
export async function listGroupAccounts(
  db: Reader,
  groupId: string,
  { after, limit }: { after: string | undefined; limit: number },
) {
  let query = db
    .selectFrom('group_member')
    .innerJoin('account', 'account.id', 'group_member.account_id')
    .select(['account.id', 'kind', 'username', 'username_key', 'display_name'])
    .where('group_id', '=', groupId)
    .orderBy('username_key')
    .limit(limit + 1)
  if (after !== undefined) query = query.where('username_key', '>', after)
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const items: GroupAccount[] = page.map(({ id, kind, username, display_name }) => ({
    id,
    kind,
    username,
    displayName: display_name,
  }))
  return { items, next: rows.length > limit ? page.at(-1)?.username_key : undefined }
}

/** The groups that are members of this one, and those that it is a member of, each directly. */
export async function listNeighbours(
  db: Reader,
  id: string,
): Promise<{ below: GroupNeighbour[]; above: GroupNeighbour[] }> {
  const neighbours = (end: 'group_id' | 'member_group_id', other: 'group_id' | 'member_group_id') =>
    db
      .selectFrom('group_nesting')
      .innerJoin('account_group', 'account_group.id', `group_nesting.${other}`)
      .select(['account_group.id', 'account_group.name'])
      .select([countNestings('group_id').as('groupCount'), countNestings('member_group_id').as('memberOfCount')])
      .where(`group_nesting.${end}`, '=', id)
      .orderBy('account_group.name_key')
      .execute()
  const [below, above] = await Promise.all([
    neighbours('group_id', 'member_group_id'),
    neighbours('member_group_id', 'group_id'),
  ])
  const rolesOf = await rolesGivenTo(
    db,
    'group',
    [...below, ...above].map((group) => group.id),
  )
  const withRoles = (group: (typeof below)[number]) => ({ ...group, roles: rolesOf(group.id) })
  return { below: below.map(withRoles), above: above.map(withRoles) }
}

/** Every nesting that is reached by going up from a group: what a circle through it would consist of. */
export async function nestingsAbove(db: Reader, id: string): Promise<{ from: GroupReference; to: GroupReference }[]> {
  const { rows } = await sql<{ from_id: string; from_name: string; to_id: string; to_name: string }>`
    WITH RECURSIVE edge (member_group_id, group_id) AS (
      SELECT member_group_id, group_id FROM group_nesting WHERE member_group_id = ${id}
      UNION
      SELECT group_nesting.member_group_id, group_nesting.group_id FROM edge
        JOIN group_nesting ON group_nesting.member_group_id = edge.group_id
    )
    SELECT lower_group.id AS from_id, lower_group.name AS from_name, upper_group.id AS to_id, upper_group.name AS to_name
    FROM edge
      JOIN account_group AS lower_group ON lower_group.id = edge.member_group_id
      JOIN account_group AS upper_group ON upper_group.id = edge.group_id`.execute(db)
  return rows.map((row) => ({
    from: { id: row.from_id, name: row.from_name },
    to: { id: row.to_id, name: row.to_name },
  }))
}
