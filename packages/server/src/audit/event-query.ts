import { sql } from 'kysely'
import { type BoundedPage, boundedPage, MOST_LOOKED_AT } from '../storage/bounded-page.ts'
import type { Database, Reader } from '../storage/database.ts'
import { readByIndexes } from '../storage/read-by-indexes.ts'
import type { AuditEventTable } from '../storage/tables.ts'
import { type AuditEvent, type AuditFilter, toAuditEvent } from './audit-event.ts'
import { besides, type EventPosition, type Order, type Range, select, type Walk, walksOf } from './event-walks.ts'

/**
 * Lists of audit events, whose work is bounded whatever is asked of however many (docs/decisions/0005). What each filter
 * names stands in an index of its own, in the order of time. The one whose next so many events reach furthest is walked
 * that far, and what the others exclude is passed over on the way.
 */

interface Slice {
  readonly order: Order
  /** The last event before the slice, in its order. */
  readonly after: EventPosition | undefined
  readonly limit: number
}

/** A page of the events that the filter names, in this order, from after `after`. */
export function readEvents(
  database: Database,
  filter: AuditFilter,
  slice: Slice,
): Promise<BoundedPage<AuditEvent, EventPosition>> {
  return readByIndexes(database, (db) => read(db, filter, slice), { isEverythingInOrder: true })
}

async function read(
  db: Reader,
  filter: AuditFilter,
  { order, after, limit }: Slice,
): Promise<BoundedPage<AuditEvent, EventPosition>> {
  const range = rangeOf(filter, order, after)
  const { walk, end } = await furthestWalk(db, filter, range, order)
  const part = { walk, range: upTo(end, range, order), order, skipped: 0, limit: limit + 1 }
  const { rows } = await select<AuditEventTable>(sql`*`, part, (index) => besides(index, filter)).execute(db)
  const { items, next } = await boundedPage<AuditEventTable, EventPosition>(
    rows,
    limit,
    ({ at, id }) => [at, id],
    () => end,
  )
  return { items: items.map(toAuditEvent), next }
}

function rangeOf(filter: AuditFilter, order: Order, after: EventPosition | undefined): Range {
  // No event has the id 0.
  const from: EventPosition = [filter.from ?? 0, 0]
  const to: EventPosition = [filter.to ?? Number.MAX_SAFE_INTEGER, 0]
  if (after === undefined) return { from, to }
  return order === 'asc'
    ? { from: isBefore(from, after) ? after : from, to }
    : { from, to: isBefore(after, to) ? after : to }
}

/** As far as `end`, that included: what is recorded from now on moves no position. */
function upTo(end: EventPosition | undefined, { from, to }: Range, order: Order): Range {
  if (end === undefined) return { from, to }
  const [at, id] = end
  return order === 'asc' ? { from, to: [at, id + 1] } : { from: [at, id - 1], to }
}

const isBefore = ([at, id]: EventPosition, other: EventPosition) => at < other[0] || (at === other[0] && id < other[1])

/** The walk whose next so many events reach furthest, and the last of them; undefined: it comes to the end of all. */
async function furthestWalk(
  db: Reader,
  filter: AuditFilter,
  range: Range,
  order: Order,
): Promise<{ readonly walk: Walk; readonly end: EventPosition | undefined }> {
  let furthest: { walk: Walk; end: EventPosition } | undefined
  for (const walk of walksOf(filter)) {
    const last = { walk, range, order, skipped: MOST_LOOKED_AT - 1, limit: 1 }
    const { rows } = await select<Pick<AuditEventTable, 'at' | 'id'>>(sql`at, id`, last).execute(db)
    const [row] = rows
    if (row === undefined) return { walk, end: undefined }
    const end: EventPosition = [row.at, row.id]
    if (furthest === undefined || isBefore(end, furthest.end) === (order === 'desc')) furthest = { walk, end }
  }
  if (furthest === undefined) throw new Error('There is always a walk.')
  return furthest
}
