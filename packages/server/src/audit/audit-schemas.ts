import { type Static, Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { closed, Instant, Nullable, OneOf, PlainText, page } from '../http/schemas.ts'
import { AUDIT_TARGET_TYPES } from './audit.ts'
import type { AuditEvent } from './audit-event.ts'
import type { AuditQuery } from './audit-filter.ts'

const Filter = {
  actor: Type.Optional(
    PlainText({ minLength: 1, maxLength: 100, description: 'The id of an account, or the username it has now.' }),
  ),
  targetType: Type.Optional(OneOf(AUDIT_TARGET_TYPES, { description: 'What it was done to.' })),
  targetId: Type.Optional(PlainText({ minLength: 1, maxLength: 200, description: 'The id of what it was done to.' })),
  action: Type.Optional(
    Type.String({
      pattern: '^[a-z_]{1,30}\\.[a-z_]{0,30}$',
      description: 'One action, such as `token.revoked`, or what several begin with: `token.`.',
    }),
  ),
  outcome: Type.Optional(OneOf(['done', 'refused'] as const)),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'From this instant on.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Before this instant.' })),
}

export const EventFilter = closed(Filter)
export const EventListQuery = closed({ ...Filter, ...page })

export function toAuditQuery({ from, to, ...rest }: Static<typeof EventFilter>): AuditQuery {
  return {
    ...rest,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
  }
}

const Digest = (description: string) => Type.String({ description, pattern: '^[0-9a-f]{64}$' })

export const AuditEventBody = Type.Object({
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
  target: Nullable(
    Type.Object({
      type: Type.String(),
      id: Type.String(),
      name: Nullable(Type.String({ description: 'What it is called now; null: it is gone, or has no name.' })),
      ownerId: Nullable(Type.String({ description: 'Of a token: the account that it belongs to.' })),
    }),
  ),
  detail: Type.Record(Type.String(), Type.Unknown()),
  previousDigest: Digest('The digest of the event before this one.'),
  digest: Digest('SHA-256 of this event and the digest before it: see docs/operating.md.'),
})

/** As it goes into answers and exports. */
export const toEventBody = <E extends AuditEvent>(event: E) => ({ ...event, at: toInstant(event.at) })
