import { sql } from 'kysely'
import { fieldProblem, Problem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import { inheritanceOf } from '../roles/inherited-roles.ts'
import { rolesGivenTo } from '../roles/role-grant-store.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { containsText } from '../storage/search.ts'
import { violates } from '../storage/storage-errors.ts'
import { readLastUses } from '../verification/write-usage.ts'
import type { ServiceAccount } from './service-account.ts'

/** Those that are deleted are kept for the audit and never shown. */
function selectServiceAccounts(db: Reader, now: number) {
  return db
    .selectFrom('service_account')
    .innerJoin('account', 'account.id', 'service_account.account_id')
    .leftJoin('account as creator', 'creator.id', 'service_account.created_by')
    .where('service_account.deleted_at', 'is', null)
    .select([
      'account.id',
      'account.username',
      'account.username_key',
      'account.created_at',
      'account.deactivated_at',
      'service_account.description',
      'creator.username as created_by',
    ])
    .select([
      sql<number>`(SELECT count(*) FROM token WHERE token.account_id = account.id AND token.revoked_at IS NULL
        AND (token.expires_at IS NULL OR token.expires_at > ${now}))`.as('active_tokens'),
      // The address and the client of that use are read by its token's id.
      sql<string | null>`(SELECT token.id FROM token JOIN token_usage ON token_usage.token_id = token.id
        WHERE token.account_id = account.id ORDER BY last_used_at DESC LIMIT 1)`.as('last_used_token'),
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof selectServiceAccounts>['executeTakeFirstOrThrow']>>

/** One service account. Throws `service_account_not_found`. */
export async function getServiceAccount(db: Reader, id: string, now: number): Promise<ServiceAccount> {
  const [account] = await complete(db, await selectServiceAccounts(db, now).where('account.id', '=', id).execute())
  if (account === undefined) throw new Problem('service_account_not_found')
  return account
}

/** Adds what stands in other tables, for all rows at once. */
async function complete(db: Reader, rows: readonly Row[]): Promise<ServiceAccount[]> {
  const ids = rows.map(({ id }) => id)
  const rolesOf = await rolesGivenTo(db, 'account', ids)
  const inheritance = await inheritanceOf(db, ids)
  const maintainersOf = Map.groupBy(await readMaintainers(db, ids), ({ accountId }) => accountId)
  const uses = await readLastUses(
    db,
    rows.flatMap(({ last_used_token }) => last_used_token ?? []),
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.username,
    description: row.description,
    createdAt: row.created_at,
    createdBy: row.created_by,
    deactivatedAt: row.deactivated_at,
    maintainers: (maintainersOf.get(row.id) ?? []).map(({ maintainer }) => maintainer),
    roles: rolesOf(row.id),
    inheritedRoles: inheritance(row.id).roles,
    activeTokens: row.active_tokens,
    lastUse: uses.get(row.last_used_token ?? '') ?? null,
  }))
}

async function readMaintainers(db: Reader, ids: readonly string[]) {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('service_account_maintainer')
    .innerJoin('account', 'account.id', 'service_account_maintainer.member_id')
    .select(['service_account_id', 'account.id', 'username', 'display_name', 'deactivated_at'])
    .where('service_account_id', 'in', ids)
    .orderBy('username_key')
    .execute()
  return rows.map(({ service_account_id, id, username, display_name, deactivated_at }) => ({
    accountId: service_account_id,
    maintainer: { id, username, displayName: display_name, isDeactivated: deactivated_at !== null },
  }))
}

/**
 * Names the members to ask about a service account, instead of those before. Throws `validation_failed` if one of them
 * is no member.
 */
export async function replaceMaintainers(
  trx: Transaction,
  accountId: string,
  memberIds: readonly string[],
): Promise<void> {
  await trx.deleteFrom('service_account_maintainer').where('service_account_id', '=', accountId).execute()
  if (memberIds.length === 0) return
  const members = await trx.selectFrom('member').select('account_id').where('account_id', 'in', memberIds).execute()
  if (members.length < memberIds.length) {
    throw fieldProblem('validation_failed', 'maintainers', 'One of these is not the id of a member.', 'not_an_option')
  }
  await trx
    .insertInto('service_account_maintainer')
    .values(memberIds.map((id) => ({ service_account_id: accountId, member_id: id })))
    .execute()
}

interface ServiceAccountFilter {
  readonly q: string | undefined
  readonly after: string | undefined
  readonly limit: number
  readonly now: number
}

/** Service accounts in the order of their names, from after the key `after`. */
export async function listServiceAccounts(db: Reader, { q, after, limit, now }: ServiceAccountFilter) {
  let query = selectServiceAccounts(db, now)
    .orderBy('account.username_key')
    .limit(limit + 1)
  if (after !== undefined) query = query.where('account.username_key', '>', after)
  if (q !== undefined) query = query.where(containsText(['account.username_key'], q))
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  return {
    items: await complete(db, page),
    next: rows.length > limit ? page.at(-1)?.username_key : undefined,
  }
}

interface NewServiceAccount {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  readonly createdBy: string
}

/** Throws `service_account_name_taken`. */
export async function insertServiceAccount(trx: Transaction, account: NewServiceAccount): Promise<void> {
  await nameTaken(() =>
    trx
      .insertInto('account')
      .values({
        id: account.id,
        kind: 'service',
        created_at: account.createdAt,
        deactivated_at: null,
        ...named(account.name),
      })
      .execute(),
  )
  await trx
    .insertInto('service_account')
    .values({
      account_id: account.id,
      description: account.description,
      created_by: account.createdBy,
      deleted_at: null,
    })
    .execute()
}

/** Throws `service_account_name_taken`. */
export async function updateServiceAccount(
  trx: Transaction,
  { id, name, description }: Pick<ServiceAccount, 'id' | 'name' | 'description'>,
): Promise<void> {
  await nameTaken(() => trx.updateTable('account').set(named(name)).where('id', '=', id).execute())
  await trx.updateTable('service_account').set({ description }).where('account_id', '=', id).execute()
}

/** Deactivated for good, its name free for another. */
export async function setDeleted(trx: Transaction, id: string, now: number): Promise<void> {
  await trx
    .updateTable('account')
    .set({ deactivated_at: now, username_key: `deleted ${id}` })
    .where('id', '=', id)
    .execute()
  await trx.updateTable('service_account').set({ deleted_at: now }).where('account_id', '=', id).execute()
}

function named(name: string) {
  const key = comparisonKey(name)
  return { username: name, username_key: key, display_name: name, display_name_key: key }
}

async function nameTaken(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violates(error, 'account_username')) {
      throw fieldProblem('service_account_name_taken', 'name', 'Another account has this name.')
    }
    throw error
  }
}
