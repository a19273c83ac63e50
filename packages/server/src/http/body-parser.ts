import type { FastifyInstance } from 'fastify'
import { Problem } from '../core/problem.ts'

export const BODY_LIMIT_BYTES = 64 * 1024

/** For a scope whose routes are about the head of a request: whatever body comes along is passed over. */
export function ignoreBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  // A type that makes no sense would be refused before any parser is asked.
  scope.addHook('onRequest', (req, _reply, done) => {
    delete req.headers['content-type']
    done()
  })
  scope.addContentTypeParser('*', (_req, body, done) => {
    body.resume()
    done(null)
  })
}

/**
 * JSON in UTF-8 and nothing else: bytes that are no UTF-8 are refused instead of being replaced, and keys that reach
 * for prototypes are refused instead of being dropped.
 */
export function acceptOnlyJson(app: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (req, body, done) => {
      let text: string
      try {
        text = utf8.decode(body as Buffer)
      } catch (cause) {
        done(new Problem('malformed_json', { detail: 'The body is not UTF-8.', cause }))
        return
      }
      parseJson(req, text, (error, value) => {
        if (error) done(new Problem('malformed_json', { cause: error }))
        else done(null, value)
      })
    },
  )
}
