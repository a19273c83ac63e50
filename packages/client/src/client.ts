/**
 * RAMP's HTTP API, typed from its OpenAPI document.
 *
 *     const ramp = createRampClient({ url: 'https://ramp.example.com', token: process.env.RAMP_TOKEN })
 *     const me = await answerOf(ramp.GET('/api/v1/me'))
 *     for await (const token of itemsOf((page) => ramp.GET('/api/v1/tokens', { params: { query: page } }))) …
 *
 * `answerOf` and `itemsOf` throw a `ProblemError` for whatever is no answer; its `code` is one of docs/errors.md.
 */
import createClient, { type Client, type ClientOptions } from 'openapi-fetch'
import type { paths } from './openapi.d.ts'
import { problemOf, unreachable } from './problem-error.ts'

export type { components, paths } from './openapi.d.ts'
export { type ProblemCode, ProblemError, problemOf } from './problem-error.ts'

export type RampClient = Client<paths>

/** Where the server is and, unless a session's cookie goes along, a token. The rest is handed to `fetch`. */
export interface RampClientOptions extends Omit<ClientOptions, 'baseUrl' | 'headers'> {
  /** As in a browser's address bar, without `/api`. */
  readonly url: string
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export function createRampClient({ url, token, headers, ...options }: RampClientOptions): RampClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return createClient<paths>({ ...options, baseUrl: url, headers: { ...headers, ...authorization } })
}

/** What a call of the client resolves to. */
export interface Result<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

/** Waits for a call and gives its answer. Throws `ProblemError` for everything else. */
export async function answerOf<T>(call: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    // An abandoned call is not a failure, and its caller knows an abort by its own error.
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable(0, cause)
  })
  if (!response.ok) throw problemOf(error, response)
  return data as T
}

/** Every item of a list, page after page, each asked for when the one before is used up. Some may be empty before the last. */
export async function* itemsOf<T>(
  read: (page: { readonly cursor?: string }) => Promise<Result<Page<T>>>,
): AsyncGenerator<T, void, undefined> {
  let page = await answerOf(read({}))
  yield* page.items
  while (page.nextCursor !== null) {
    page = await answerOf(read({ cursor: page.nextCursor }))
    yield* page.items
  }
}

interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}
