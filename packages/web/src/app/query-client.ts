import { ProblemError } from '@ramp/client'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { sessionAfter, sessionQuery } from '../session/session-query.ts'

const RETRIES = 2

/**
 * One place that notices the end of a session, whichever call is told: the frame shows the sign-in page for it. Calls
 * go out even if the browser believes itself offline (a server on this machine answers all the same), so failure is
 * said rather than waited for.
 */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteSession }),
  mutationCache: new MutationCache({ onError: noteSession }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      retry: (failures, error) => failures < RETRIES && isWorthRepeating(error),
    },
    mutations: { networkMode: 'always' },
  },
})

function noteSession(error: unknown): void {
  const session = sessionAfter(error)
  if (session) queryClient.setQueryData(sessionQuery.queryKey, session)
}

function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.status === 0 || error.status >= 500
}
