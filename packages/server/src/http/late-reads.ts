import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../services.ts'
import { contextOf } from './authenticate.ts'

/** How long a read may rest on the authority it began with (docs/coherence.md). Far longer than any list takes. */
export const READ_AUTHORITY_MS = 10_000

/**
 * An `onSend` hook: a read that took longer is answered only if its authority still holds. Streams check between their
 * chunks instead. Writes check at commit.
 */
export function refuseLateReads(services: Services) {
  return (req: FastifyRequest, reply: FastifyReply, payload: unknown, done: (error?: Error) => void): void => {
    const isLate = req.admittedAt !== null && services.clock() - req.admittedAt > READ_AUTHORITY_MS
    if (!isLate || req.method !== 'GET' || reply.statusCode >= 400 || typeof payload !== 'string') {
      done()
      return
    }
    services.database.assertHolds(contextOf(req, services)).then(() => done(), done)
  }
}
