import type { FastifyRequest } from 'fastify'
import type { AuthenticatedActor, SessionActor, TokenActor } from '../core/actor.ts'

/** The actor as the access matrix promises it to a handler. A mismatch is a defect of the matrix, not of the caller. */

export function asAuthenticated({ actor }: FastifyRequest): AuthenticatedActor {
  if (actor.kind === 'anonymous') throw new Error('The access matrix lets anonymous callers in here.')
  return actor
}

export function asSession({ actor }: FastifyRequest): SessionActor {
  if (actor.kind !== 'session') throw new Error('The access matrix lets others than sessions in here.')
  return actor
}

export function asToken({ actor }: FastifyRequest): TokenActor {
  if (actor.kind !== 'pat' && actor.kind !== 'service')
    throw new Error('The access matrix lets others than tokens in here.')
  return actor
}
