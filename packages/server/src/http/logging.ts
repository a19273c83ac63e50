import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LoggerOptions } from 'pino'
import { plainAddress } from '../core/address.ts'
import { withoutSecrets } from '../core/text.ts'

/**
 * What a log line may say of a request: no headers, no query, no body; and of the path no more than a token's public
 * id, should somebody have put the whole token there.
 */
export function loggerOptions(level: string): LoggerOptions {
  return {
    level,
    serializers: {
      req: (req: FastifyRequest) => ({
        method: req.method,
        path: withoutSecrets(req.url.split('?', 1)[0] ?? ''),
        address: plainAddress(req.ip),
      }),
      err: (error: Error & { code?: unknown }) => ({
        type: error.name,
        message: withoutSecrets(error.message),
        code: error.code,
        stack: withoutSecrets(error.stack ?? ''),
        ...(error.cause instanceof Error && { cause: withoutSecrets(String(error.cause.stack ?? error.cause)) }),
      }),
    },
  }
}

/** One line for each request, when it is answered. */
export function logRequest(req: FastifyRequest, reply: FastifyReply, done: () => void): void {
  req.log.info({ req, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'request')
  done()
}
