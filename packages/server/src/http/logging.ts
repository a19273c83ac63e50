import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LoggerOptions } from 'pino'
import { plainAddress } from '../core/address.ts'
import { withoutSecrets } from '../core/secret-text.ts'

/** A UUID has 36 characters; a longer piece of a path is no id of ours, and may be a session's or a device's secret. */
const SEGMENT_LENGTH = 40

/**
 * What a log line may say of a request: no headers, no query, no body; and of the path no segment that is longer than
 * an id. Every line, those of Fastify and of errors included, leaves without tokens.
 */
export function loggerOptions(level: string): LoggerOptions {
  return {
    level,
    serializers: {
      req: (req: FastifyRequest) => ({ method: req.method, path: pathOf(req.url), address: plainAddress(req.ip) }),
      err: (error: Error & { code?: unknown }) => ({
        type: error.name,
        message: error.message,
        code: error.code,
        stack: error.stack,
        ...(error.cause instanceof Error && { cause: String(error.cause.stack ?? error.cause) }),
      }),
    },
    hooks: { streamWrite: lineWithoutSecrets },
  }
}

/** Only here does a token become its public name: other secrets have no shape by which a line could be searched. */
function pathOf(url: string): string {
  const path = withoutSecrets(url.split('?', 1)[0] ?? '')
  return path.replace(/[^/]+/g, (segment) => (segment.length > SEGMENT_LENGTH ? '…' : segment))
}

const WITHHELD = `{"level":50,"msg":"A log line held a secret that could not be cut out; it is withheld."}\n`

function lineWithoutSecrets(line: string): string {
  const clean = withoutSecrets(line)
  return clean.startsWith('{') ? clean : WITHHELD
}

/** One line for each request, when it is answered. */
export function logRequest(req: FastifyRequest, reply: FastifyReply, done: () => void): void {
  req.log.info({ req, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'request')
  done()
}
