import type { Services } from '../services.ts'
import type { AuditEvent } from './audit-event.ts'
import { type AuditQuery, resolveFilter } from './audit-filter.ts'
import { type EventPosition, findEvents, findTargetNames } from './audit-store.ts'

interface ListedEvent extends AuditEvent {
  /** What the target is called now; null: it is gone, or has no name. */
  readonly target: (NonNullable<AuditEvent['target']> & { name: string | null; ownerId: string | null }) | null
}

/** A page of the events that the query names, newest first, from before the event `after`. */
export async function listEvents(
  { database }: Services,
  query: AuditQuery,
  { after, limit }: { readonly after: EventPosition | undefined; readonly limit: number },
): Promise<{ readonly items: readonly ListedEvent[]; readonly next: EventPosition | undefined }> {
  const filter = await resolveFilter(database.read, query)
  if (filter === undefined) return { items: [], next: undefined }
  const events = await findEvents(database.read, filter, { order: 'desc', after, limit: limit + 1 })
  const page = events.slice(0, limit)
  const names = await findTargetNames(
    database.read,
    page.flatMap(({ target }) => target ?? []),
  )
  const last = page.at(-1)
  return {
    items: page.map((event) => ({
      ...event,
      target: event.target && { ...event.target, ...(names.get(event.target.id) ?? { name: null, ownerId: null }) },
    })),
    next: last !== undefined && events.length > limit ? [last.at, last.id] : undefined,
  }
}
