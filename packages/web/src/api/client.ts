import { answerOf, createRampClient, type Result } from '@ramp/client'

/** The API of the server that served this page; the session's cookie goes along. */
export const api = createRampClient({ url: '/', credentials: 'same-origin', cache: 'no-store' })

/** What was read, with the `ETag` that a change of it sends back as `If-Match`. */
export type Tagged<T> = T & { readonly etag: string }

/** Waits for a call and gives its answer, for something that others may be editing, too. */
export async function taggedAnswerOf<T extends object>(call: Promise<Result<T>>): Promise<Tagged<T>> {
  let etag = ''
  const noted = call.then((result) => {
    etag = result.response.headers.get('etag') ?? ''
    return result
  })
  return { ...(await answerOf(noted)), etag }
}
