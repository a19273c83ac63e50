import { answerOf } from '@ramp/client'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** A lease lives for three seconds: what is older than one says little. */
const REFRESH_MS = 2000

export type Verifiers = Awaited<ReturnType<typeof readVerifiers>>
export type Verifier = Verifiers['items'][number]

export const verifiersQuery = queryOptions({
  queryKey: ['verifiers'],
  queryFn: ({ signal }) => readVerifiers(signal),
  refetchInterval: REFRESH_MS,
})

function readVerifiers(signal: AbortSignal) {
  return answerOf(api.GET('/api/v1/verifiers', { signal }))
}
