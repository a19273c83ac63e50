import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Transaction } from '../../src/storage/database.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import type { Answer } from './http-client.ts'
import type { TestServer } from './test-app.ts'

/** Names a request to the tests, so that they know when its handler begins. */
type Headers = { readonly 'x-test-name': string }

/**
 * Commits `change` after a request was authenticated and before it can commit: the order that an attacker wants. Another
 * transaction makes the change and holds it; the request begins; once its handler runs, `beforeCommit` is called and the
 * change commits.
 */
export async function overtakenBy(
  server: TestServer,
  change: string | ((trx: Transaction) => Promise<void>),
  request: (headers: Headers) => Promise<Answer>,
  beforeCommit: () => void = () => {},
): Promise<Answer> {
  const other = openDatabase(server.testDatabase.url)
  const name = randomUUID()
  try {
    const answer = await other.write('maintenance', async (trx) => {
      if (typeof change === 'string') await sql.raw(change).execute(trx)
      else await change(trx)
      const begun = handlerBegins(name)
      const answered = request({ 'x-test-name': name })
      // A request that is refused earlier never reaches its handler, and shows nothing here.
      await Promise.race([begun, answered.then(() => Promise.reject(new Error('The request did not wait.')))])
      beforeCommit()
      return { answered }
    })
    return await answer.answered
  } finally {
    await other.close()
  }
}

const HANDLER_START = 'tracing:fastify.request.handler:start'

/** Resolves when the handler of the request with this name begins. The server runs in this process. */
export function handlerBegins(name: string): Promise<void> {
  return new Promise((resolve) => {
    const onStart = (message: unknown) => {
      const { request } = message as { readonly request: FastifyRequest }
      if (request.headers['x-test-name'] !== name) return
      unsubscribe(HANDLER_START, onStart)
      resolve()
    }
    subscribe(HANDLER_START, onStart)
  })
}
