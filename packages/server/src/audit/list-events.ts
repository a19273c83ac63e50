import type { Services } from '../services.ts'
import type { BoundedPage } from '../storage/bounded-page.ts'
import type { AuditEvent } from './audit-event.ts'
import { type AuditQuery, resolveFilter } from './audit-filter.ts'
import { findTargetNames } from './audit-store.ts'
import { readEvents } from './event-query.ts'
import type { EventPosition } from './event-walks.ts'

interface ListedEvent extends AuditEvent {
  /** What the target is called now; null: it is gone, or has no name. */
  readonly target: (NonNullable<AuditEvent['target']> & { name: string | null; ownerId: string | null }) | null
}

/** A page of the events that the query names, newest first, from before the event `after`. */
export async function listEvents(
  { database }: Services,
  query: AuditQuery,
  { after, limit }: { readonly after: EventPosition | undefined; readonly limit: number },
): Promise<BoundedPage<ListedEvent, EventPosition>> {
  const filter = await resolveFilter(database.read, query)
  if (filter === undefined) return { items: [], next: undefined }
  const { items, next } = await readEvents(database, filter, { order: 'desc', after, limit })
  const names = await findTargetNames(
    database.read,
    items.flatMap(({ target }) => target ?? []),
  )
  return {
    items: items.map((event) => ({
      ...event,
      target: event.target && { ...event.target, ...(names.get(event.target.id) ?? { name: null, ownerId: null }) },
    })),
    next,
  }
}
