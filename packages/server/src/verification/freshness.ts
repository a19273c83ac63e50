import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { SECOND_MS } from '../core/clock.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** Whoever would rather ask less often than know at once: how long an answer may be kept. */
export const MaxAge = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 60,
    description:
      'Seconds for which the answer may be kept, at most what is left of this server’s lease; on SQLite it is never. Who keeps it gives up that a revocation counts at once. Without it nothing may be kept.',
  }),
)

/**
 * Says on which state an answer stands: `X-Ramp-Epoch`, the count of changes it reflects (0: it took no look at any), and
 * `X-Ramp-Lease`, the milliseconds for which this server may believe its memory. `maxAgeSeconds` as asked for.
 */
export function sayFreshness(
  reply: Pick<FastifyReply, 'header'>,
  verifier: Pick<TokenVerifier, 'freshness'>,
  epoch: number,
  maxAgeSeconds = 0,
): void {
  const { leaseMs } = verifier.freshness()
  reply.header('x-ramp-epoch', String(epoch)).header('x-ramp-lease', String(leaseMs))
  const seconds = Math.min(maxAgeSeconds, Math.floor(leaseMs / SECOND_MS))
  if (seconds > 0) {
    // What is kept is kept for this token, and for this address: some may be used from certain ones only.
    reply.header('cache-control', `max-age=${seconds}`).header('vary', 'authorization, x-forwarded-for')
  }
}
