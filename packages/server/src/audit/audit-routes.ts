import { Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { Router } from '../http/routes.ts'
import { closed, Instant, listOf, Nullable, OneOf, page } from '../http/schemas.ts'
import type { Services } from '../services.ts'
import { listAuditEvents } from './audit-store.ts'

const AuditEventBody = Type.Object({
  id: Type.Integer(),
  at: Instant('When it happened.'),
  action: Type.String({ examples: ['token.revoked'] }),
  outcome: OneOf(['done', 'refused'] as const),
  actor: Nullable(Type.Object({ accountId: Type.String(), username: Type.String() })),
  credential: Type.Object({
    type: OneOf(['anonymous', 'session', 'pat', 'service', 'system'] as const),
    id: Nullable(Type.String()),
  }),
  address: Nullable(Type.String()),
  requestId: Nullable(Type.String()),
  target: Nullable(Type.Object({ type: Type.String(), id: Type.String() })),
  detail: Type.Record(Type.String(), Type.Unknown()),
})

const isEventId = (value: unknown): value is number => Number.isSafeInteger(value)

/** `/api/v1/audit-events`: who did what, newest first. */
export function registerAuditRoutes(app: Router, { database }: Services): void {
  app.get(
    '/api/v1/audit-events',
    {
      schema: {
        operationId: 'listAuditEvents',
        tags: ['Audit'],
        summary: 'What happened, newest first',
        querystring: closed(page),
        response: { 200: listOf(AuditEventBody) },
      },
    },
    async (req) => {
      const { limit = 50, cursor } = req.query
      const { items, next } = await listAuditEvents(database.read, { before: decodeCursor(cursor, isEventId), limit })
      return {
        items: items.map((event) => ({ ...event, at: toInstant(event.at) })),
        nextCursor: next === undefined ? null : encodeCursor(next),
      }
    },
  )
}
