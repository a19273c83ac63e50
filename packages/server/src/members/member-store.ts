import { sql } from 'kysely'
import { Problem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import { rolesGivenTo } from '../roles/role-grant-store.ts'
import { NO_PASSWORD } from '../sessions/password.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { violates } from '../storage/storage-errors.ts'
import { displayNameOf, type Member } from './member.ts'

function selectMembers(db: Reader) {
  return db
    .selectFrom('member')
    .innerJoin('account', 'account.id', 'member.account_id')
    .select([
      'account.id',
      'account.username',
      'account.display_name',
      'account.created_at',
      'account.deactivated_at',
      'member.email',
      'member.first_name',
      'member.last_name',
      'member.last_sign_in_at',
      'member.password_change_required_at',
      'member.password_hash',
    ])
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof selectMembers>['executeTakeFirstOrThrow']>>

function toMember(row: MemberRow, roles: readonly string[]): Member {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    displayName: row.display_name,
    createdAt: row.created_at,
    deactivatedAt: row.deactivated_at,
    lastSignInAt: row.last_sign_in_at,
    mustChangePassword: row.password_change_required_at !== null,
    hasPassword: row.password_hash !== NO_PASSWORD,
    roles,
  }
}

/** One member. Throws `member_not_found`. */
export async function getMember(db: Reader, id: string): Promise<Member> {
  const row = await selectMembers(db).where('account.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Problem('member_not_found')
  return toMember(row, (await rolesGivenTo(db, 'account', [id]))(id))
}

/** The members among these accounts. */
export async function membersById(db: Reader, ids: readonly string[]): Promise<(id: string) => Member | undefined> {
  const members = new Map<string, Member>()
  for (const part of inParts(ids)) {
    const rows = await selectMembers(db).where('account.id', 'in', part).execute()
    const rolesOf = await rolesGivenTo(db, 'account', part)
    for (const row of rows) members.set(row.id, toMember(row, rolesOf(row.id)))
  }
  return (id) => members.get(id)
}

/** The accounts, of either kind, that have these usernames, by `comparisonKey`. */
export async function accountsByUsername(
  db: Reader,
  keys: readonly string[],
): Promise<ReadonlyMap<string, { readonly id: string }>> {
  const accounts = new Map<string, { readonly id: string }>()
  for (const part of inParts(keys)) {
    const rows = await db
      .selectFrom('account')
      .select(['id', 'username_key'])
      .where('username_key', 'in', part)
      .execute()
    for (const { id, username_key } of rows) accounts.set(username_key, { id })
  }
  return accounts
}

/** The ids of the members who have these email addresses, by `comparisonKey`. */
export async function membersByEmail(db: Reader, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const members = new Map<string, string>()
  for (const part of inParts(keys)) {
    const rows = await db
      .selectFrom('member')
      .select(['account_id', 'email_key'])
      .where('email_key', 'in', part)
      .execute()
    for (const { account_id, email_key } of rows) members.set(email_key, account_id)
  }
  return members
}

/** A statement takes so many parameters and no more. */
function inParts<Value>(values: readonly Value[], size = 1000): Value[][] {
  const parts: Value[][] = []
  for (let start = 0; start < values.length; start += size) parts.push(values.slice(start, start + size))
  return parts
}

export interface NewMember {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly passwordHash: string
  readonly passwordChangeRequiredAt: number | null
  readonly createdAt: number
}

/** Throws `username_taken` or `email_taken`. */
export function insertMember(trx: Transaction, member: NewMember): Promise<void> {
  return insertMembers(trx, [member])
}

/** The same for many at once. */
export async function insertMembers(trx: Transaction, members: readonly NewMember[]): Promise<void> {
  for (const part of inParts(members, ROWS_AT_ONCE)) {
    await namingTaken(async () => {
      await trx.insertInto('account').values(part.map(toAccountRow)).execute()
      await trx.insertInto('member').values(part.map(toMemberRow)).execute()
    })
  }
}

/** Of up to eight columns each: well within what the parameters of one statement allow on either engine. */
const ROWS_AT_ONCE = 500

function toAccountRow({ id, username, firstName, lastName, createdAt }: NewMember) {
  return {
    id,
    kind: 'member' as const,
    username,
    username_key: comparisonKey(username),
    ...displayed({ firstName, lastName }),
    created_at: createdAt,
    deactivated_at: null,
  }
}

function toMemberRow({ id, email, firstName, lastName, passwordHash, passwordChangeRequiredAt }: NewMember) {
  return {
    account_id: id,
    email,
    email_key: comparisonKey(email),
    first_name: firstName,
    last_name: lastName,
    password_hash: passwordHash,
    password_change_required_at: passwordChangeRequiredAt,
    last_sign_in_at: null,
  }
}

/** Writes the names of a member. Throws `username_taken` or `email_taken`. */
export async function updateMember(
  trx: Transaction,
  { id, username, email, firstName, lastName }: Member,
): Promise<void> {
  await namingTaken(async () => {
    await trx
      .updateTable('account')
      .set({ username, username_key: comparisonKey(username), ...displayed({ firstName, lastName }) })
      .where('id', '=', id)
      .execute()
    await trx
      .updateTable('member')
      .set({ email, email_key: comparisonKey(email), first_name: firstName, last_name: lastName })
      .where('account_id', '=', id)
      .execute()
  })
}

/** The same for many at once, except usernames, which stay. Throws `email_taken`. */
export async function updateMembers(trx: Transaction, members: readonly Member[]): Promise<void> {
  for (const part of inParts(members, ROWS_AT_ONCE)) {
    const accounts = part.map((member) => {
      const { display_name, display_name_key } = displayed(member)
      return sql`(${member.id}, ${display_name}, ${display_name_key})`
    })
    const rows = part.map(
      ({ id, email, firstName, lastName }) =>
        sql`(${id}, ${email}, ${comparisonKey(email)}, ${firstName}, ${lastName})`,
    )
    await namingTaken(async () => {
      await sql`WITH named (id, name, name_key) AS (VALUES ${sql.join(accounts)})
        UPDATE account SET display_name = name, display_name_key = name_key FROM named WHERE named.id = account.id`.execute(
        trx,
      )
      await sql`WITH named (id, new_email, new_email_key, first, last) AS (VALUES ${sql.join(rows)})
        UPDATE member SET email = new_email, email_key = new_email_key, first_name = first, last_name = last
        FROM named WHERE named.id = member.account_id`.execute(trx)
    })
  }
}

function displayed({ firstName, lastName }: Pick<Member, 'firstName' | 'lastName'>) {
  const displayName = displayNameOf(firstName, lastName)
  return { display_name: displayName, display_name_key: comparisonKey(displayName) }
}

async function namingTaken(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violates(error, 'account_username')) throw takenProblem('username_taken', 'username')
    if (violates(error, 'member_email')) throw takenProblem('email_taken', 'email')
    throw error
  }
}

function takenProblem(code: 'username_taken' | 'email_taken', field: string): Problem {
  const message = `Another member has this ${field}.`
  return new Problem(code, { detail: message, errors: [{ field, code, message }] })
}

/**
 * Holds the account until the transaction ends, so that what is read of it next cannot change meanwhile: a sign-in and
 * a deactivation, or two changes of one password, come one after the other. An update that changes nothing, since it
 * locks on both engines.
 */
export async function lockAccount(trx: Transaction, id: string): Promise<void> {
  await trx
    .updateTable('account')
    .set((row) => ({ created_at: row.ref('created_at') }))
    .where('id', '=', id)
    .execute()
}

/** The same for several: two selections with members in common come one after the other. */
export async function lockAccounts(trx: Transaction, ids: readonly string[]): Promise<void> {
  for (const part of inParts(ids.toSorted())) {
    await trx
      .updateTable('account')
      .set((row) => ({ created_at: row.ref('created_at') }))
      .where('id', 'in', part)
      .execute()
  }
}

/** Since `at`, or, with null, not any more. */
export async function setAllDeactivated(trx: Transaction, ids: readonly string[], at: number | null): Promise<void> {
  if (ids.length === 0) return
  await trx.updateTable('account').set({ deactivated_at: at }).where('id', 'in', ids).execute()
}

/** Gives a role to accounts that do not have it. */
export async function grantToAll(
  trx: Transaction,
  ids: readonly string[],
  { role, grantedAt, grantedBy }: { readonly role: string; readonly grantedAt: number; readonly grantedBy: string },
): Promise<void> {
  for (const part of inParts(ids)) {
    const grants = part.map((id) => ({ account_id: id, role, granted_at: grantedAt, granted_by: grantedBy }))
    await trx
      .insertInto('role_grant')
      .values(grants)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

export async function takeFromAll(trx: Transaction, ids: readonly string[], role: string): Promise<void> {
  if (ids.length === 0) return
  await trx.deleteFrom('role_grant').where('account_id', 'in', ids).where('role', '=', role).execute()
}

export async function setDeactivated(trx: Transaction, id: string, deactivatedAt: number | null): Promise<void> {
  await trx.updateTable('account').set({ deactivated_at: deactivatedAt }).where('id', '=', id).execute()
}

/** What a sign-in needs to know. */
export interface SignInMember {
  readonly id: string
  readonly username: string
  readonly passwordHash: string
  readonly deactivatedAt: number | null
  readonly mustChangePassword: boolean
}

export async function findSignInMember(db: Reader, usernameKey: string): Promise<SignInMember | undefined> {
  const row = await db
    .selectFrom('account')
    .innerJoin('member', 'member.account_id', 'account.id')
    .select(['id', 'username', 'password_hash', 'deactivated_at', 'password_change_required_at'])
    .where('username_key', '=', usernameKey)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      username: row.username,
      passwordHash: row.password_hash,
      deactivatedAt: row.deactivated_at,
      mustChangePassword: row.password_change_required_at !== null,
    }
  )
}

export async function noteSignIn(trx: Transaction, id: string, now: number): Promise<void> {
  await trx.updateTable('member').set({ last_sign_in_at: now }).where('account_id', '=', id).execute()
}

export async function findPasswordHash(db: Reader, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('member').select('password_hash').where('account_id', '=', id).executeTakeFirst()
  return row?.password_hash
}

export async function updatePassword(
  trx: Transaction,
  id: string,
  { hash, changeRequiredAt }: { readonly hash: string; readonly changeRequiredAt: number | null },
): Promise<void> {
  await trx
    .updateTable('member')
    .set({ password_hash: hash, password_change_required_at: changeRequiredAt })
    .where('account_id', '=', id)
    .execute()
}

export async function hasAnyMember(db: Reader): Promise<boolean> {
  return (await db.selectFrom('member').select('account_id').limit(1).executeTakeFirst()) !== undefined
}

export async function findEmail(db: Reader, id: string): Promise<string | null> {
  const row = await db.selectFrom('member').select('email').where('account_id', '=', id).executeTakeFirst()
  return row?.email ?? null
}
