import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { contextOf } from '../http/authenticate.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { listOf, SHORT_PAGES } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import type { AuditEvent } from './audit-event.ts'
import { AuditEventBody, EventFilter, EventListQuery, toAuditQuery, toEventBody } from './audit-schemas.ts'
import type { EventPosition } from './event-walks.ts'
import { exportEvents } from './export-events.ts'
import { listEvents } from './list-events.ts'

/** Written as it is read from the database, not kept as one text. */
const Lines = Type.Unsafe<string | Readable>({ type: 'string' })

const isPosition = (value: unknown): value is EventPosition =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)

/** `/api/v1/audit-events`: who did what, newest first, and all of it as a file. */
export function registerAuditRoutes(app: Router, services: Services): void {
  app.get(
    '/api/v1/audit-events',
    {
      schema: {
        operationId: 'listAuditEvents',
        tags: ['Audit'],
        summary: 'What happened, newest first',
        description: SHORT_PAGES,
        querystring: EventListQuery,
        response: { 200: listOf(AuditEventBody) },
      },
    },
    async (req) => {
      const { limit = 50, cursor, ...filter } = req.query
      const page = { after: decodeCursor(cursor, isPosition), limit }
      const { items, next } = await listEvents(services, toAuditQuery(filter), page)
      return { items: items.map(toEventBody), nextCursor: next === undefined ? null : encodeCursor(next) }
    },
  )

  app.get(
    '/api/v1/audit-events/export',
    {
      // Asking whether there is an export would already be one, and recorded.
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportAuditEvents',
        tags: ['Audit'],
        summary: 'What happened, oldest first, one JSON object a line',
        description: 'Leaves an event itself. An answer that breaks off is not complete.',
        querystring: EventFilter,
        response: { 200: { description: 'The events.', content: { 'application/x-ndjson': { schema: Lines } } } },
      },
    },
    async (req, reply) => {
      const context = contextOf(req, services)
      const chunks = await exportEvents(services, context, toAuditQuery(req.query))
      return reply
        .type('application/x-ndjson')
        .header(
          'content-disposition',
          `attachment; filename="ramp-audit-${toInstant(context.now).slice(0, 10)}.ndjson"`,
        )
        .send(Readable.from(linesOf(chunks), { objectMode: false }))
    },
  )
}

/** Read only as fast as the client takes them: the stream asks for the next chunk when it has room. */
async function* linesOf(chunks: AsyncIterable<readonly AuditEvent[]>): AsyncGenerator<string> {
  for await (const events of chunks) yield events.map((event) => `${JSON.stringify(toEventBody(event))}\n`).join('')
}
