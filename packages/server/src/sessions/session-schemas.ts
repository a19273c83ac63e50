import { type Static, Type } from 'typebox'
import { toInstant } from '../core/clock.ts'
import { closed, Instant, Nullable, page } from '../http/schemas.ts'
import type { OpenSession } from './session.ts'

export const SessionId = Type.String({ format: 'uuid', description: 'The id of a session; it opens nothing.' })

export const SessionBody = Type.Object({
  id: SessionId,
  createdAt: Instant('The sign-in.'),
  lastSeenAt: Instant('The last request, give or take a minute.'),
  expiresAt: Instant('When it ends at the latest; it ends earlier if it is not used for 12 hours.'),
  address: Type.String({ description: 'Where the sign-in came from.' }),
  client: Nullable(Type.String({ description: 'The `User-Agent` of the sign-in.' })),
  current: Type.Boolean({ description: 'Whether it is the one that asks.' }),
})

export const ListSessionsQuery = closed(page)

export const EndSessionsQuery = closed({
  current: Type.Optional(Type.Boolean({ default: false, description: 'Whether to end the one that asks, too.' })),
})

export const EndedSessions = Type.Object({ ended: Type.Integer({ description: 'How many have ended.' }) })

export const PasswordRulesBody = Type.Object({
  minLength: Type.Integer({ description: 'At least so many characters.' }),
  maxLength: Type.Integer({ description: 'At most so many.' }),
})

export function toSessionBody(session: OpenSession, currentId: string): Static<typeof SessionBody> {
  return {
    id: session.id,
    createdAt: toInstant(session.createdAt),
    lastSeenAt: toInstant(session.lastSeenAt),
    expiresAt: toInstant(session.expiresAt),
    address: session.address,
    client: session.client,
    current: session.id === currentId,
  }
}
