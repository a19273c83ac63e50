import { answerOf } from '@ramp/client'
import { infiniteQueryOptions, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** "Last seen" is written down once a minute. */
const REFRESH_MS = 60_000

const OWN_SESSIONS = ['own-sessions'] as const

export const ownSessionsQuery = infiniteQueryOptions({
  queryKey: OWN_SESSIONS,
  queryFn: ({ pageParam, signal }) =>
    answerOf(api.GET('/api/v1/me/sessions', { params: { query: pageParam ? { cursor: pageParam } : {} }, signal })),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  refetchInterval: REFRESH_MS,
})

export type OwnSession = Awaited<ReturnType<NonNullable<(typeof ownSessionsQuery)['queryFn']>>>['items'][number]

export function useEndSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => answerOf(api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } })),
    // Also if it was refused: then the session has ended meanwhile.
    onSettled: () => sessionsChanged(client),
  })
}

export function useEndOtherSessions() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answerOf(api.DELETE('/api/v1/me/sessions')),
    onSuccess: () => sessionsChanged(client),
  })
}

export function sessionsChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: OWN_SESSIONS })
}
