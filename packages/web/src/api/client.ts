import createClient from 'openapi-fetch'
import type { paths } from './openapi.d.ts'
import { problemOf, unreachable } from './problem-error.ts'

/** The API of the server that served this page; the session's cookie goes along. */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin', cache: 'no-store' })

interface Result<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

/** Waits for a call and gives its answer. Throws `ProblemError` for everything else. */
export async function answerOf<T>(call: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    // An abandoned query is not a failure, and TanStack Query knows an abort by its own error.
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(0, cause)
  })
  if (!response.ok) throw problemOf(error, response)
  return data as T
}
