import { setImmediate } from 'node:timers/promises'
import type { AuthorizedContext } from '../authority/authorized.ts'
import type { Services } from '../services.ts'
import type { Database } from '../storage/database.ts'
import { recordAudit } from './audit.ts'
import type { AuditEvent, AuditFilter } from './audit-event.ts'
import { type AuditQuery, resolveFilter } from './audit-filter.ts'
import { lastEventId } from './audit-store.ts'
import { readEvents } from './event-query.ts'
import type { EventPosition } from './event-walks.ts'

/** How many events are in memory at once. */
const CHUNK = 1000

/**
 * All events that the query names, oldest first, in chunks that are read when they are asked for. What is recorded from
 * now on, that somebody has taken them included, is not among them.
 */
export async function exportEvents(
  { database }: Services,
  context: AuthorizedContext,
  query: AuditQuery,
): Promise<AsyncIterable<readonly AuditEvent[]>> {
  const filter = await resolveFilter(database.read, query)
  const throughId = await lastEventId(database.read)
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
  await database.write(context, (trx) =>
    recordAudit(trx, context, { action: 'audit.exported', detail: { filter: given } }),
  )
  return filter === undefined ? nothing() : chunksOf(database, context, { ...filter, throughId })
}

async function* nothing(): AsyncGenerator<never> {}

async function* chunksOf(
  database: Database,
  context: AuthorizedContext,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditEvent[]> {
  let after: EventPosition | undefined
  do {
    // An export ends with the authority it was asked for on: the stream breaks off.
    await database.assertHolds(context)
    const { items, next } = await readEvents(database, filter, { order: 'asc', after, limit: CHUNK })
    if (items.length > 0) yield items
    after = next
    // A filter may name nothing for long: whatever else the process does goes on meanwhile.
    await setImmediate()
  } while (after !== undefined)
}
