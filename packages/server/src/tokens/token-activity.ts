import { sql } from 'kysely'
import { DAY_MS } from '../core/clock.ts'
import type { Reader, Transaction } from '../storage/database.ts'
import type { DayCount, UsageRecorder } from '../verification/last-used.ts'
import { KEPT_CLIENTS } from '../verification/write-usage.ts'

/** What a token was used for, day by day, and from where. Days are UTC and counted from 1970-01-01. */

/** So many days are kept and shown, today among them. */
export const KEPT_DAYS = 90

/** So many are shown beside a token in a list. */
export const LISTED_DAYS = 30

export const dayOf = (at: number): number => Math.floor(at / DAY_MS)

/** Every one of the last `KEPT_DAYS` days, those without a call too. */
export async function readDays(db: Reader, usage: UsageRecorder, tokenId: string, now: number): Promise<DayCount[]> {
  const first = dayOf(now) - KEPT_DAYS + 1
  const { stored, pendingDays } = await usage.readWhole([tokenId], () =>
    db
      .selectFrom('token_day')
      .select(['day', 'calls', 'refusals'])
      .where('token_id', '=', tokenId)
      .where('day', '>=', first)
      .execute(),
  )
  const counts = [...stored, ...pendingDays(tokenId)]
  return Array.from({ length: KEPT_DAYS }, (_, index) => {
    const ofDay = counts.filter(({ day }) => day === first + index)
    return { day: first + index, calls: sum(ofDay, 'calls'), refusals: sum(ofDay, 'refusals') }
  })
}

/** The calls of each of the last `LISTED_DAYS` days, oldest first, for a page of tokens: one query. */
export async function readCalls(
  db: Reader,
  usage: UsageRecorder,
  tokenIds: readonly string[],
  now: number,
): Promise<(tokenId: string) => number[]> {
  const first = dayOf(now) - LISTED_DAYS + 1
  const { stored, pendingDays } = await usage.readWhole(tokenIds, async () =>
    tokenIds.length === 0
      ? []
      : await db
          .selectFrom('token_day')
          .select(['token_id', 'day', 'calls'])
          .where('token_id', 'in', tokenIds)
          .where('day', '>=', first)
          .execute(),
  )
  const calls = new Map(tokenIds.map((id) => [id, Array<number>(LISTED_DAYS).fill(0)]))
  const add = (id: string, day: number, count: number) => {
    const days = calls.get(id)
    if (days?.[day - first] !== undefined) days[day - first] = (days[day - first] ?? 0) + count
  }
  for (const { token_id, day, calls: count } of stored) add(token_id, day, count)
  for (const id of tokenIds) for (const { day, calls: count } of pendingDays(id)) add(id, day, count)
  return (tokenId) => calls.get(tokenId) ?? []
}

const sum = (counts: readonly DayCount[], what: 'calls' | 'refusals') =>
  counts.reduce((total, count) => total + count[what], 0)

/** From where and by what a token was used. */
export interface SeenClient {
  readonly address: string
  readonly client: string | null
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/**
 * The last addresses and clients, the latest first. While a token stays where it is, only `token_usage` moves on, so
 * that row is newer than what was noted when it came there.
 */
export async function readClients(db: Reader, usage: UsageRecorder, tokenId: string): Promise<SeenClient[]> {
  const noted = (await usage.noted([tokenId]))(tokenId)
  const { rows } = await sql<{ address: string; client: string; first_seen_at: number; last_seen_at: number }>`
    SELECT address, client, first_seen_at, last_seen_at FROM token_client WHERE token_id = ${tokenId}
    UNION ALL
    SELECT last_used_address, coalesce(last_used_client, ''), last_used_at, last_used_at FROM token_usage
    WHERE token_id = ${tokenId}`.execute(db)
  const seen = [
    ...rows.map((row) => ({ ...row, firstSeenAt: row.first_seen_at, lastSeenAt: row.last_seen_at })),
    ...(noted ? [{ ...noted, client: noted.client ?? '', firstSeenAt: noted.at, lastSeenAt: noted.at }] : []),
  ]
  return Object.values(Object.groupBy(seen, ({ address, client }) => JSON.stringify([address, client])))
    .flatMap((same = []) => {
      const [one] = same
      if (one === undefined) return []
      return {
        address: one.address,
        client: one.client === '' ? null : one.client,
        firstSeenAt: Math.min(...same.map(({ firstSeenAt }) => firstSeenAt)),
        lastSeenAt: Math.max(...same.map(({ lastSeenAt }) => lastSeenAt)),
      }
    })
    .sort((one, other) => other.lastSeenAt - one.lastSeenAt)
    .slice(0, KEPT_CLIENTS)
}

/** Clears away what nobody is shown any more. */
export async function deleteOldDays(trx: Transaction, now: number): Promise<void> {
  await trx
    .deleteFrom('token_day')
    .where('day', '<=', dayOf(now) - KEPT_DAYS)
    .execute()
}
