import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { plainAddress } from '../core/address.ts'

/**
 * Warns, once, that a peer which is not trusted forwards addresses: RAMP does not believe them, so behind that proxy all
 * callers share one address, and its limits.
 */
export function warnOfUntrustedProxy(log: FastifyBaseLogger) {
  let hasWarned = false
  return (req: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    if (!hasWarned && isForwarded(req) && !isForwarderTrusted(req)) {
      hasWarned = true
      log.warn(
        { peer: plainAddress(req.socket.remoteAddress ?? '') },
        'A peer that is not trusted sends X-Forwarded-For or Forwarded. If it is your proxy, name it in RAMP_TRUST_PROXY; until then all its callers share its address.',
      )
    }
    done()
  }
}

function isForwarded({ headers }: FastifyRequest): boolean {
  return headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
}

/** Fastify lists the addresses that were forwarded as far as it trusts the peers that name them. */
function isForwarderTrusted(req: FastifyRequest): boolean {
  return (req.ips?.length ?? 0) > 1
}
