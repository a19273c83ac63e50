import type { FastifyReply, FastifyRequest } from 'fastify'
import { inTurn } from '../core/turn.ts'

/**
 * The first hook of every request: it begins when the event loop has time for it. However many requests arrive at once,
 * they take a few milliseconds of each turn, and those that decide about other services' traffic go first.
 */
export function beginInTurn(req: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (req.routeOptions.config.access?.goesFirst) done()
  else inTurn(done)
}
