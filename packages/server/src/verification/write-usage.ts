import { type RawBuilder, sql } from 'kysely'
import type { Engine, Reader, Transaction } from '../storage/database.ts'

/** When a token was last used, from which address, and by what (the user agent, cut and cleaned). */
export interface Usage {
  readonly at: number
  readonly address: string
  readonly client: string | null
}

/** So many addresses and clients of a token are kept, the latest ones. */
export const KEPT_CLIENTS = 20

/** What was noted of a token on one day; `at` is 0 if no call was accepted. */
export interface UsageRow {
  readonly id: string
  readonly calls: number
  readonly refusals: number
  readonly at: number
  readonly address: string
  readonly client: string | null
  readonly others: readonly { readonly address: string; readonly client: string | null }[]
}

/** Writes some rows, sorted by id so that two processes that write the same ones take their locks in one order. */
export async function writeUsage(
  trx: Transaction,
  engine: Engine,
  day: number,
  rows: readonly UsageRow[],
): Promise<void> {
  const noted = notedTable(engine, JSON.stringify(rows))
  await addToDay(trx, noted, day)
  const moved = await noteMoves(trx, engine, noted, rows)
  await noteLastUse(trx, noted)
  if (moved.length > 0) await keepLatestClients(trx, moved)
}

/** What is stored of the last use of each of these tokens. */
export async function readLastUses(db: Reader, tokenIds: readonly string[]): Promise<ReadonlyMap<string, Usage>> {
  if (tokenIds.length === 0) return new Map()
  const rows = await db.selectFrom('token_usage').selectAll().where('token_id', 'in', tokenIds).execute()
  return new Map(
    rows.map((row) => [
      row.token_id,
      { at: row.last_used_at, address: row.last_used_address, client: row.last_used_client },
    ]),
  )
}

/** The rows as a table that both engines can read from. */
function notedTable(engine: Engine, rows: string): RawBuilder<unknown> {
  return engine === 'sqlite'
    ? sql`(SELECT value ->> 'id' AS id, value ->> 'calls' AS calls, value ->> 'refusals' AS refusals,
        value ->> 'at' AS at, value ->> 'address' AS address, value ->> 'client' AS client FROM json_each(${rows}))`
    : sql`(SELECT * FROM jsonb_to_recordset(${rows}::jsonb)
        AS noted (id text, calls bigint, refusals bigint, at bigint, address text, client text))`
}

/** Only for tokens that still exist, here and below. */
async function addToDay(trx: Transaction, noted: RawBuilder<unknown>, day: number): Promise<void> {
  await sql`INSERT INTO token_day (token_id, day, calls, refusals)
    SELECT noted.id, ${sql.lit(day)}, noted.calls, noted.refusals FROM ${noted} AS noted
    JOIN token ON token.id = noted.id ORDER BY noted.id
    ON CONFLICT (token_id, day) DO UPDATE SET
      calls = token_day.calls + excluded.calls, refusals = token_day.refusals + excluded.refusals`.execute(trx)
}

/** Forward only. */
async function noteLastUse(trx: Transaction, noted: RawBuilder<unknown>): Promise<void> {
  await sql`INSERT INTO token_usage (token_id, last_used_at, last_used_address, last_used_client)
    SELECT noted.id, noted.at, noted.address, noted.client FROM ${noted} AS noted
    JOIN token ON token.id = noted.id WHERE noted.at > 0 ORDER BY noted.id
    ON CONFLICT (token_id) DO UPDATE SET
      last_used_at = excluded.last_used_at,
      last_used_address = excluded.last_used_address,
      last_used_client = excluded.last_used_client
    WHERE excluded.last_used_at > token_usage.last_used_at`.execute(trx)
}

/**
 * A token that is used from where it was used before needs no write: `token_usage` says so. One that has moved leaves
 * the place it comes from and the new one. Returns the ids of those whose places were written.
 */
async function noteMoves(
  trx: Transaction,
  engine: Engine,
  noted: RawBuilder<unknown>,
  rows: readonly UsageRow[],
): Promise<readonly string[]> {
  const { rows: moves } =
    await sql<Move>`SELECT noted.id, noted.at, noted.address, coalesce(noted.client, '') AS client,
      stored.last_used_at AS before_at, stored.last_used_address AS before_address,
      coalesce(stored.last_used_client, '') AS before_client
    FROM ${noted} AS noted LEFT JOIN token_usage AS stored ON stored.token_id = noted.id
    WHERE noted.at > 0 AND (stored.token_id IS NULL
      OR stored.last_used_address <> noted.address OR coalesce(stored.last_used_client, '') <> coalesce(noted.client, ''))
    `.execute(trx)
  const seen = new Map<string, Seen>()
  const add = (each: Seen) => {
    const key = JSON.stringify([each.id, each.address, each.client])
    if ((seen.get(key)?.at ?? 0) < each.at) seen.set(key, each)
  }
  for (const { before_at, before_address, before_client, ...move } of moves) {
    if (before_at !== null) add({ id: move.id, at: before_at, address: before_address, client: before_client })
    add(move)
  }
  for (const { id, at, others } of rows) {
    for (const { address, client } of others) add({ id, at, address, client: client ?? '' })
  }
  if (seen.size > 0) await noteSeen(trx, engine, [...seen.values()])
  return [...new Set([...seen.values()].map(({ id }) => id))]
}

interface Move extends Seen {
  readonly before_at: number | null
  readonly before_address: string
  readonly before_client: string
}

interface Seen {
  readonly id: string
  readonly at: number
  readonly address: string
  /** An empty text for none. */
  readonly client: string
}

async function noteSeen(trx: Transaction, engine: Engine, seen: readonly Seen[]): Promise<void> {
  const noted = notedTable(engine, JSON.stringify(seen))
  await sql`INSERT INTO token_client (token_id, address, client, first_seen_at, last_seen_at)
    SELECT noted.id, noted.address, noted.client, noted.at, noted.at FROM ${noted} AS noted
    JOIN token ON token.id = noted.id ORDER BY noted.id, noted.address, noted.client
    ON CONFLICT (token_id, address, client) DO UPDATE SET last_seen_at = excluded.last_seen_at
    WHERE excluded.last_seen_at > token_client.last_seen_at`.execute(trx)
}

async function keepLatestClients(trx: Transaction, ids: readonly string[]): Promise<void> {
  await sql`DELETE FROM token_client WHERE token_id IN (${sql.join(ids)}) AND (
    SELECT count(*) FROM token_client AS newer WHERE newer.token_id = token_client.token_id AND
      (newer.last_seen_at, newer.address, newer.client)
        > (token_client.last_seen_at, token_client.address, token_client.client)
  ) >= ${sql.lit(KEPT_CLIENTS)}`.execute(trx)
}
