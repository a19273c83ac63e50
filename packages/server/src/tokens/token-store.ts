import { type ExpressionBuilder, sql } from 'kysely'
import { fieldProblem } from '../core/problem.ts'
import { comparisonKey } from '../core/text.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import { violates } from '../storage/storage-errors.ts'
import type { Tables } from '../storage/tables.ts'
import type { Token, TokenStatus } from './token.ts'

function selectTokens(db: Reader) {
  return db
    .selectFrom('token')
    .leftJoin('token_usage', 'token_usage.token_id', 'token.id')
    .leftJoin('account as revoker', 'revoker.id', 'token.revoked_by')
    .select([
      'token.id',
      'token.kind',
      'token.account_id',
      'token.name',
      'token.name_key',
      'token.created_at',
      'token.expires_at',
      'token.revoked_at',
      'token.permissions',
      'token.allowed_addresses',
      'token_usage.last_used_at',
      'token_usage.last_used_address',
      'token_usage.last_used_client',
      'revoker.username as revoked_by',
    ])
}

type TokenRow = Awaited<ReturnType<ReturnType<typeof selectTokens>['executeTakeFirstOrThrow']>>

function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    kind: row.kind,
    accountId: row.account_id,
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
    lastUsedAt: row.last_used_at,
    lastUsedAddress: row.last_used_address,
    lastUsedClient: row.last_used_client,
    permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as string[]),
    allowedAddresses: row.allowed_addresses === null ? null : (JSON.parse(row.allowed_addresses) as string[]),
  }
}

/** A token of this account; undefined if there is none, or if it is somebody else's. */
export async function findOwnToken(db: Reader, accountId: string, id: string): Promise<Token | undefined> {
  const row = await selectTokens(db)
    .where('token.id', '=', id)
    .where('token.account_id', '=', accountId)
    .executeTakeFirst()
  return row && toToken(row)
}

export const TOKEN_SORTS = ['createdAt', 'name', 'expiresAt', 'lastUsedAt'] as const
export type TokenSort = (typeof TOKEN_SORTS)[number]

/** What a list is ordered by, never null: "no expiration" is later than any, "never used" earlier than any. */
const SORT_VALUES = {
  createdAt: sql<string | number>`token.created_at`,
  name: sql<string | number>`token.name_key`,
  expiresAt: sql<string | number>`coalesce(token.expires_at, ${sql.lit(Number.MAX_SAFE_INTEGER)})`,
  lastUsedAt: sql<string | number>`coalesce(token_usage.last_used_at, 0)`,
} as const satisfies Record<TokenSort, unknown>

/** Where a page ended: the sort value and the id of its last token. */
export interface TokenPosition {
  readonly value: string | number
  readonly id: string
}

export interface TokenFilter {
  readonly accountId: string
  readonly kind: Token['kind']
  readonly status: TokenStatus | 'all'
  readonly q: string | undefined
  readonly sort: TokenSort
  readonly direction: 'asc' | 'desc'
  readonly after: TokenPosition | undefined
  readonly limit: number
  readonly now: number
}

/** A page of an account's tokens, and where the next one starts if there is one. */
export async function listTokens(
  db: Reader,
  { accountId, kind, status, q, sort, direction, after, limit, now }: TokenFilter,
): Promise<{ items: Token[]; next: TokenPosition | undefined }> {
  const value = SORT_VALUES[sort]
  let query = selectTokens(db)
    .select(value.as('sort_value'))
    .where('token.account_id', '=', accountId)
    .where('token.kind', '=', kind)
    .orderBy(value, direction)
    .orderBy('token.id', direction)
    .limit(limit + 1)
  if (status !== 'all') query = query.where((where) => hasStatus(where, status, now))
  if (q !== undefined) {
    const pattern = `%${comparisonKey(q).replace(/[\\%_]/g, '\\$&')}%`
    query = query.where(sql<boolean>`(token.name_key LIKE ${pattern} ESCAPE '\\' OR token.id = ${q})`)
  }
  if (after) {
    const beyond = sql.raw(direction === 'asc' ? '>' : '<')
    query = query.where(sql<boolean>`(${value}, token.id) ${beyond} (${after.value}, ${after.id})`)
  }
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(toToken),
    next: rows.length > limit && last ? { value: last.sort_value, id: last.id } : undefined,
  }
}

function hasStatus(where: ExpressionBuilder<Tables, 'token'>, status: TokenStatus, now: number) {
  switch (status) {
    case 'revoked':
      return where('token.revoked_at', 'is not', null)
    case 'expired':
      return where.and([where('token.revoked_at', 'is', null), where('token.expires_at', '<=', now)])
    case 'active':
      return where.and([
        where('token.revoked_at', 'is', null),
        where.or([where('token.expires_at', 'is', null), where('token.expires_at', '>', now)]),
      ])
  }
}

/**
 * Holds the row until the transaction ends, so that what is read next cannot change meanwhile: of two narrowings at
 * once, the second must see the first. An update that changes nothing, since it locks on both engines.
 */
export async function lockToken(trx: Transaction, id: string): Promise<void> {
  await trx
    .updateTable('token')
    .set((row) => ({ name_released_at: row.ref('name_released_at') }))
    .where('id', '=', id)
    .execute()
}

export interface NewToken {
  readonly id: string
  readonly accountId: string
  readonly kind: Token['kind']
  readonly name: string
  readonly digest: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly permissions: readonly string[] | null
  readonly allowedAddresses: readonly string[] | null
}

/** Throws `token_name_taken` if an active token of the account has the name. */
export async function insertToken(trx: Transaction, token: NewToken): Promise<void> {
  await releaseExpiredName(trx, token.accountId, token.name, token.createdAt)
  await nameTaken(() =>
    trx
      .insertInto('token')
      .values({
        id: token.id,
        account_id: token.accountId,
        kind: token.kind,
        name: token.name,
        name_key: comparisonKey(token.name),
        name_released_at: null,
        digest: token.digest,
        created_at: token.createdAt,
        expires_at: token.expiresAt,
        revoked_at: null,
        revoked_by: null,
        permissions: jsonOrNull(token.permissions),
        allowed_addresses: jsonOrNull(token.allowedAddresses),
      })
      .execute(),
  )
}

/** Writes what can change of a token. Throws `token_name_taken`. */
export async function updateToken(
  trx: Transaction,
  token: Pick<Token, 'id' | 'accountId' | 'name' | 'expiresAt' | 'permissions' | 'allowedAddresses'>,
  now: number,
): Promise<void> {
  await releaseExpiredName(trx, token.accountId, token.name, now)
  await nameTaken(() =>
    trx
      .updateTable('token')
      .set({
        name: token.name,
        name_key: comparisonKey(token.name),
        expires_at: token.expiresAt,
        permissions: jsonOrNull(token.permissions),
        allowed_addresses: jsonOrNull(token.allowedAddresses),
      })
      .where('id', '=', token.id)
      .execute(),
  )
}

/** Revokes; false if it was revoked already, and then the first revocation's record stands. */
export async function setRevoked(trx: Transaction, id: string, by: string, now: number): Promise<boolean> {
  const result = await trx
    .updateTable('token')
    .set((row) => ({
      revoked_at: now,
      revoked_by: by,
      name_released_at: row.fn.coalesce('name_released_at', row.val(now)),
    }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** An expired token keeps its name until somebody wants it. */
async function releaseExpiredName(trx: Transaction, accountId: string, name: string, now: number): Promise<void> {
  await trx
    .updateTable('token')
    .set({ name_released_at: now })
    .where('account_id', '=', accountId)
    .where('name_key', '=', comparisonKey(name))
    .where('name_released_at', 'is', null)
    .where('expires_at', '<=', now)
    .execute()
}

async function nameTaken(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violates(error, 'token_name')) {
      throw fieldProblem('token_name_taken', 'name', 'One of your active tokens has this name already.')
    }
    throw error
  }
}

function jsonOrNull(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list)
}
