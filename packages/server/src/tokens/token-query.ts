import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import { comparisonKey } from '../core/text.ts'
import type { Reader } from '../storage/database.ts'
import { containsText } from '../storage/search.ts'
import type { Tables } from '../storage/tables.ts'
import { asAccessToken, findAccessToken } from './access-token-store.ts'
import type { EndReason, Token, TokenStatus } from './token.ts'

function selectTokens(db: Reader) {
  return db
    .selectFrom('token')
    .leftJoin('token_usage', 'token_usage.token_id', 'token.id')
    .innerJoin('account as owner', 'owner.id', 'token.account_id')
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
      'token.end_reason',
      'token_usage.last_used_at',
      'token_usage.last_used_address',
      'token_usage.last_used_client',
      'revoker.username as revoked_by',
      'owner.kind as owner_kind',
      'owner.username as owner_username',
      'owner.display_name as owner_display_name',
      'owner.deactivated_at as owner_deactivated_at',
    ])
}

type TokenRow = Awaited<ReturnType<ReturnType<typeof selectTokens>['executeTakeFirstOrThrow']>>

function toToken(row: TokenRow): Token {
  return {
    id: row.id,
    parentId: null,
    kind: row.kind,
    accountId: row.account_id,
    owner: {
      kind: row.owner_kind,
      username: row.owner_username,
      displayName: row.owner_display_name,
      deactivatedAt: row.owner_deactivated_at,
    },
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
    endReason: row.end_reason as EndReason | null,
    lastUsedAt: row.last_used_at,
    lastUsedAddress: row.last_used_address,
    lastUsedClient: row.last_used_client,
    permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as string[]),
    allowedAddresses: row.allowed_addresses === null ? null : (JSON.parse(row.allowed_addresses) as string[]),
  }
}

/** A token by its id, whoever it belongs to; an access token, too. */
export async function findToken(db: Reader, id: string): Promise<Token | undefined> {
  const row = await selectTokens(db).where('token.id', '=', id).executeTakeFirst()
  if (row !== undefined) return toToken(row)
  const access = await findAccessToken(db, id)
  const parent = access && (await selectTokens(db).where('token.id', '=', access.parentId).executeTakeFirst())
  return parent && asAccessToken(access, toToken(parent))
}

/** What is stored of a token's secret. */
export async function findDigest(db: Reader, id: string): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom('token').select('digest').where('id', '=', id).executeTakeFirst()
  return row?.digest ?? (await findAccessToken(db, id))?.digest
}

/** These tokens, in any order. */
export async function findTokens(db: Reader, ids: readonly string[]): Promise<Token[]> {
  if (ids.length === 0) return []
  const rows = await selectTokens(db).where('token.id', 'in', ids).execute()
  return rows.map(toToken)
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
export const SORT_VALUES = {
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

/** Which tokens are meant; what is undefined does not matter. */
export interface TokenCriteria {
  readonly accountId?: string | undefined
  readonly kind?: Token['kind'] | undefined
  readonly status: TokenStatus | 'all'
  /** Part of the name, a whole id, or the owner's whole username. */
  readonly q?: string | undefined
  /** Older than this instant and not used since. */
  readonly unusedSince?: number | undefined
  readonly createdBefore?: number | undefined
  readonly createdAfter?: number | undefined
  readonly expiresBefore?: number | undefined
  /** … or never. */
  readonly expiresAfter?: number | undefined
  /** Used, but not since. */
  readonly lastUsedBefore?: number | undefined
  readonly isNeverUsed?: boolean | undefined
  /** From where it was last used. */
  readonly address?: string | undefined
  readonly now: number
}

export interface TokenPageRequest extends TokenCriteria {
  readonly sort: TokenSort
  readonly direction: 'asc' | 'desc'
  readonly after: TokenPosition | undefined
  readonly limit: number
}

/** A page of tokens, and where the next one starts if there is one. */
export async function listTokens(
  db: Reader,
  { sort, direction, after, limit, ...criteria }: TokenPageRequest,
): Promise<{ items: Token[]; next: TokenPosition | undefined }> {
  const value = SORT_VALUES[sort]
  let query = selectTokens(db)
    .select(value.as('sort_value'))
    .where((where) => matches(where, criteria))
    .orderBy(value, direction)
    .orderBy('token.id', direction)
    .limit(limit + 1)
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

/** How many tokens there are, and how many accounts they belong to. */
export async function countTokens(db: Reader, criteria: TokenCriteria): Promise<{ tokens: number; accounts: number }> {
  return db
    .selectFrom('token')
    .leftJoin('token_usage', 'token_usage.token_id', 'token.id')
    .select((row) => [
      row.fn.countAll<number>().as('tokens'),
      row.fn.count<number>('token.account_id').distinct().as('accounts'),
    ])
    .where((where) => matches(where, criteria))
    .executeTakeFirstOrThrow()
}

/** Where a token stands in the order of an index that holds all of them. */
export type TokenPlace = Awaited<ReturnType<typeof unrevokedTokens>>[number]

/** Some of the tokens that are meant and not revoked, from after a place on, owner by owner. */
export function unrevokedTokens(
  db: Reader,
  criteria: TokenCriteria,
  after: { id: string; account_id: string; created_at: number } | undefined,
  limit: number,
) {
  let query = db
    .selectFrom('token')
    .leftJoin('token_usage', 'token_usage.token_id', 'token.id')
    .select(['token.id', 'token.account_id', 'token.created_at'])
    .where((where) => matches(where, criteria))
    .where('token.revoked_at', 'is', null)
    .orderBy('token.account_id')
    .orderBy('token.created_at')
    .orderBy('token.id')
    .limit(limit)
  if (after) {
    const place = sql`(${after.account_id}, ${after.created_at}, ${after.id})`
    query = query.where(sql<boolean>`(token.account_id, token.created_at, token.id) > ${place}`)
  }
  return query.execute()
}

type Where = ExpressionBuilder<Tables & { token_usage: Tables['token_usage'] }, 'token' | 'token_usage'>

/** The conditions of the criteria on `token` and, left joined, `token_usage`. */
export function matches(where: Where, criteria: TokenCriteria) {
  const { accountId, kind, status, q, now } = criteria
  const conditions: Expression<SqlBool>[] = [...inTime(where, criteria)]
  if (accountId !== undefined) conditions.push(where('token.account_id', '=', accountId))
  if (kind !== undefined) conditions.push(where('token.kind', '=', kind))
  if (status !== 'all') conditions.push(hasStatus(where, status, now))
  if (q !== undefined) {
    const isOwners = sql<boolean>`token.account_id IN (${ownerNamed(q)})`
    conditions.push(where.or([containsText(['token.name_key'], q), where('token.id', '=', q), isOwners]))
  }
  return where.and(conditions)
}

/** The account with this username. */
export const ownerNamed = (username: string) =>
  sql`SELECT id FROM account WHERE username_key = ${comparisonKey(username)}`

function inTime(where: Where, criteria: TokenCriteria): Expression<SqlBool>[] {
  const { unusedSince, createdBefore, createdAfter, expiresBefore, expiresAfter, lastUsedBefore } = criteria
  const conditions: Expression<SqlBool>[] = []
  if (createdBefore !== undefined) conditions.push(where('token.created_at', '<', createdBefore))
  if (createdAfter !== undefined) conditions.push(where('token.created_at', '>=', createdAfter))
  if (expiresBefore !== undefined) conditions.push(where(SORT_VALUES.expiresAt, '<', expiresBefore))
  if (expiresAfter !== undefined) conditions.push(where(SORT_VALUES.expiresAt, '>=', expiresAfter))
  if (lastUsedBefore !== undefined) conditions.push(where('last_used_at', '<', lastUsedBefore))
  if (criteria.isNeverUsed) conditions.push(where('last_used_at', 'is', null))
  if (criteria.address !== undefined) conditions.push(where('last_used_address', '=', criteria.address))
  if (unusedSince !== undefined) {
    const isUnused = where.or([where('last_used_at', 'is', null), where('last_used_at', '<', unusedSince)])
    conditions.push(where.and([isUnused, where('token.created_at', '<', unusedSince)]))
  }
  return conditions
}

function hasStatus(where: Where, status: TokenStatus, now: number) {
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
