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

/** What was read, with the `ETag` that a change of it sends back as `If-Match`. */
export type Tagged<T> = T & { readonly etag: string }

/** The same for something that others may be editing, too. */
export async function taggedAnswerOf<T extends object>(call: Promise<Result<T>>): Promise<Tagged<T>> {
  let etag = ''
  const noted = call.then((result) => {
    etag = result.response.headers.get('etag') ?? ''
    return result
  })
  return { ...(await answerOf(noted)), etag }
}
