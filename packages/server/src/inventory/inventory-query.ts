import { type RawBuilder, sql } from 'kysely'
import { comparisonKey } from '../core/text.ts'
import { type BoundedPage, boundedPage, MOST_LOOKED_AT } from '../storage/bounded-page.ts'
import type { Database, Engine, Reader } from '../storage/database.ts'
import { readByIndexes } from '../storage/read-by-indexes.ts'
import { likePattern } from '../storage/search.ts'
import type { Tables } from '../storage/tables.ts'
import type { Token } from '../tokens/token.ts'
import {
  findTokens,
  matches,
  ownerNamed,
  SORT_VALUES,
  type TokenCriteria,
  type TokenPageRequest,
  type TokenPosition,
  type TokenSort,
} from '../tokens/token-query.ts'

/**
 * Lists of the inventory, whose work is bounded whatever is asked of however many tokens (docs/decisions/0005): either a
 * filter names few tokens, and then these are all looked at, or an order is walked for so many tokens and no further.
 */

type InventoryPage = BoundedPage<Token, TokenPosition>

export function listInventory(database: Database, request: TokenPageRequest): Promise<InventoryPage> {
  return readByIndexes(database, (db) => list(db, database.engine, request))
}

async function list(
  read: Reader,
  engine: Engine,
  { sort, direction, after, limit, ...criteria }: TokenPageRequest,
): Promise<InventoryPage> {
  const few = await findFew(read, engine, criteria)
  const walk = walkOf(sort, direction, after, criteria)
  const found = await selectFrom(read, few ?? walk, sort, criteria)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${SORT_VALUES[sort]}, token.id) ${beyond(direction)} (${after?.value}, ${after?.id})`),
    )
    .orderBy(SORT_VALUES[sort], direction)
    .orderBy('token.id', direction)
    .limit(limit + 1)
    .execute()
  const endOfWalk = () => (few === undefined ? endOf(read, walk, sort, direction) : undefined)
  const { items: page, next } = await boundedPage(found, limit, (position) => position, endOfWalk)
  const byId = new Map(
    (
      await findTokens(
        read,
        page.map(({ id }) => id),
      )
    ).map((token) => [token.id, token]),
  )
  return { items: page.flatMap(({ id }) => byId.get(id) ?? []), next }
}

const beyond = (direction: 'asc' | 'desc') => sql.raw(direction === 'asc' ? '>' : '<')

/** The columns that filters and orders look at. */
const COLUMNS = sql.raw(
  ['id', 'account_id', 'kind', 'name_key', 'created_at', 'expires_at', 'revoked_at']
    .map((column) => `token.${column}`)
    .join(', '),
)

function selectFrom(db: Reader, candidates: RawBuilder<unknown>, sort: TokenSort, criteria: TokenCriteria) {
  return db
    .selectFrom(sql<Tables['token']>`(${candidates})`.as('token'))
    .leftJoin('token_usage', 'token_usage.token_id', 'token.id')
    .select(['token.id', SORT_VALUES[sort].as('value')])
    .where((where) => matches(where as never, criteria))
}

/** Those that the first filter names that names few enough; undefined if none does. */
async function findFew(db: Reader, engine: Engine, criteria: TokenCriteria): Promise<RawBuilder<unknown> | undefined> {
  for (const source of sourcesOf(engine, criteria)) {
    const capped = sql`SELECT id FROM (${source}) AS source LIMIT ${sql.lit(MOST_LOOKED_AT + 1)}`
    const { rows } = await sql<{ many: number }>`SELECT count(*) AS many FROM (${capped}) AS capped`.execute(db)
    if ((rows[0]?.many ?? 0) <= MOST_LOOKED_AT)
      return sql`SELECT ${COLUMNS} FROM (SELECT DISTINCT id FROM (${capped}) AS capped) AS few CROSS JOIN token
        WHERE token.id = few.id LIMIT ${sql.lit(MOST_LOOKED_AT)}`
  }
  return undefined
}

/** For each filter the ids that it names, by its index: those that name few as a rule come first. */
function* sourcesOf(engine: Engine, criteria: TokenCriteria): Generator<RawBuilder<unknown>> {
  const { accountId, kind, status, q, unusedSince, lastUsedBefore, address, now } = criteria
  const expiry = SORT_VALUES.expiresAt
  if (accountId !== undefined) yield sql`SELECT id FROM token WHERE account_id = ${accountId}`
  const named = q === undefined ? undefined : namedLike(engine, q)
  if (named !== undefined) {
    yield sql`${named} UNION ALL SELECT id FROM token WHERE id = ${q}
      UNION ALL SELECT token.id FROM token WHERE account_id IN (${ownerNamed(q ?? '')})`
  }
  if (address !== undefined) yield sql`SELECT token_id AS id FROM token_usage WHERE last_used_address = ${address}`
  if (criteria.isNeverUsed) yield sql`SELECT token_id AS id FROM token_unused`
  if (lastUsedBefore !== undefined) yield usedBefore(lastUsedBefore)
  if (unusedSince !== undefined)
    yield sql`SELECT token_id AS id FROM token_unused UNION ALL SELECT id FROM (${usedBefore(unusedSince)}) AS used`
  const created = range(sql`created_at`, criteria.createdAfter, criteria.createdBefore)
  if (created) yield sql`SELECT id FROM token WHERE ${created} ORDER BY created_at, id`
  const expiring = range(expiry, criteria.expiresAfter, criteria.expiresBefore)
  if (expiring) yield sql`SELECT id FROM token WHERE ${expiring} ORDER BY ${expiry}, id`
  if (status === 'revoked') yield sql`SELECT id FROM token WHERE revoked_at IS NOT NULL ORDER BY revoked_at`
  if (status === 'active' || status === 'expired') {
    const comparison = sql.raw(status === 'active' ? '>' : '<=')
    yield sql`SELECT id FROM token WHERE revoked_at IS NULL AND ${expiry} ${comparison} ${now} ORDER BY ${expiry}`
  }
  if (kind !== undefined) {
    yield sql`SELECT token.id FROM account JOIN token ON token.account_id = account.id
      WHERE account.kind = ${kind === 'pat' ? 'member' : 'service'}`
  }
}

const usedBefore = (at: number) =>
  sql`SELECT token_id AS id FROM token_usage WHERE last_used_at < ${at} ORDER BY last_used_at, token_id`

function range(
  value: RawBuilder<unknown>,
  from: number | undefined,
  before: number | undefined,
): RawBuilder<unknown> | undefined {
  if (from !== undefined && before !== undefined) return sql`${value} >= ${from} AND ${value} < ${before}`
  if (from !== undefined) return sql`${value} >= ${from}`
  return before === undefined ? undefined : sql`${value} < ${before}`
}

/** Shorter texts have no trigram. */
const TRIGRAM = 3

/** At least every token whose name contains the text; undefined if the index cannot say. */
function namedLike(engine: Engine, text: string): RawBuilder<unknown> | undefined {
  const key = [...comparisonKey(text)]
  if (key.length < TRIGRAM) return undefined
  if (engine === 'postgres')
    return sql`SELECT token_id AS id FROM token_search WHERE name_key LIKE ${likePattern(text)} ESCAPE '\\'`
  const trigrams = key.slice(TRIGRAM - 1).map((_, at) => key.slice(at, at + TRIGRAM).join(''))
  const match = [...new Set(trigrams)].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ')
  return sql`SELECT token_id AS id FROM token_search WHERE token_search MATCH ${match}`
}

/** The next tokens of an order, so many and no more. */
function walkOf(
  sort: TokenSort,
  direction: 'asc' | 'desc',
  after: TokenPosition | undefined,
  criteria: TokenCriteria,
): RawBuilder<unknown> {
  if (sort === 'lastUsedAt') return walkByUse(direction, after)
  const value = SORT_VALUES[sort]
  const conditions = [sql`1 = 1`]
  const within =
    sort === 'createdAt'
      ? range(value, criteria.createdAfter, criteria.createdBefore)
      : sort === 'expiresAt' && range(value, criteria.expiresAfter, criteria.expiresBefore)
  if (within) conditions.push(within)
  if (after) conditions.push(sql`(${value}, token.id) ${beyond(direction)} (${after.value}, ${after.id})`)
  const order = sql.raw(direction)
  return sql`SELECT ${COLUMNS} FROM token WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY ${value} ${order}, token.id ${order} LIMIT ${sql.lit(MOST_LOOKED_AT)}`
}

/** Those never used come before all others: two indexes, merged. */
function walkByUse(direction: 'asc' | 'desc', after: TokenPosition | undefined): RawBuilder<unknown> {
  const order = sql.raw(direction)
  const limit = sql.lit(MOST_LOOKED_AT)
  const beyondOf = (value: RawBuilder<unknown>) =>
    after ? sql`(${value}, token_id) ${beyond(direction)} (${after.value}, ${after.id})` : sql`1 = 1`
  return sql`SELECT ${COLUMNS} FROM (
      SELECT value, token_id FROM (
        SELECT * FROM (SELECT 0 AS value, token_id FROM token_unused WHERE ${beyondOf(sql`0`)}
          ORDER BY token_id ${order} LIMIT ${limit}) AS unused
        UNION ALL
        SELECT * FROM (SELECT last_used_at AS value, token_id FROM token_usage WHERE ${beyondOf(sql`last_used_at`)}
          ORDER BY last_used_at ${order}, token_id ${order} LIMIT ${limit}) AS used
      ) AS walked ORDER BY value ${order}, token_id ${order} LIMIT ${limit}
    ) AS walked CROSS JOIN token WHERE token.id = walked.token_id LIMIT ${limit}`
}

/** Where a walk ended that went as far as it may; undefined if it came to the end of everything. */
async function endOf(
  db: Reader,
  walk: RawBuilder<unknown>,
  sort: TokenSort,
  direction: 'asc' | 'desc',
): Promise<TokenPosition | undefined> {
  const value = SORT_VALUES[sort]
  const backwards = sql.raw(direction === 'asc' ? 'DESC' : 'ASC')
  const { rows } = await sql<TokenPosition & { many: number }>`SELECT * FROM (
      SELECT ${value} AS value, token.id, count(*) OVER () AS many FROM (${walk}) AS token
      LEFT JOIN token_usage ON token_usage.token_id = token.id
    ) AS walked ORDER BY value ${backwards}, id ${backwards} LIMIT 1`.execute(db)
  const [last] = rows
  return last && last.many === MOST_LOOKED_AT ? { value: last.value, id: last.id } : undefined
}
