import { sql } from 'kysely'
import { fieldProblem, Problem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import { rolesGivenTo } from '../roles/role-grant-store.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { containsText } from '../storage/search.ts'
import { violates } from '../storage/storage-errors.ts'
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
      sql<number | null>`(SELECT max(last_used_at) FROM token JOIN token_usage ON token_usage.token_id = token.id
        WHERE token.account_id = account.id)`.as('last_used_at'),
    ])
}

type Row = Awaited<ReturnType<ReturnType<typeof selectServiceAccounts>['executeTakeFirstOrThrow']>>

function toServiceAccount(row: Row, roles: readonly string[]): ServiceAccount {
  return {
    id: row.id,
    name: row.username,
    description: row.description,
    createdAt: row.created_at,
    createdBy: row.created_by,
    deactivatedAt: row.deactivated_at,
    roles,
    activeTokens: row.active_tokens,
    lastUsedAt: row.last_used_at,
  }
}

/** One service account. Throws `service_account_not_found`. */
export async function getServiceAccount(db: Reader, id: string, now: number): Promise<ServiceAccount> {
  const row = await selectServiceAccounts(db, now).where('account.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Problem('service_account_not_found')
  return toServiceAccount(row, (await rolesGivenTo(db, 'account', [id]))(id))
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
  const rolesOf = await rolesGivenTo(
    db,
    'account',
    page.map((row) => row.id),
  )
  return {
    items: page.map((row) => toServiceAccount(row, rolesOf(row.id))),
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
export async function updateServiceAccount(trx: Transaction, { id, name, description }: ServiceAccount): Promise<void> {
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
