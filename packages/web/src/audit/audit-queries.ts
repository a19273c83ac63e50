import { answerOf, type paths } from '@ramp/client'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { staleUnlessLong } from '../app/use-short-pages.ts'
import { type AuditSearch, toEventQuery } from './audit-search.ts'

type Operation = paths['/api/v1/audit-events']['get']
export type AuditEvent = Operation['responses'][200]['content']['application/json']['items'][number]
type EventQuery = NonNullable<Operation['parameters']['query']>

export const PAGE_SIZE = 50

export function eventsQuery(search: AuditSearch) {
  return infiniteQueryOptions({
    queryKey: ['audit-events', search],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...toEventQuery(search), limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } as EventQuery
      return answerOf(api.GET('/api/v1/audit-events', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: staleUnlessLong,
  })
}

/** Where the browser gets the events of this search as a file. */
export function exportAddress(search: AuditSearch): string {
  const query = new URLSearchParams(toEventQuery(search))
  return `/api/v1/audit-events/export${query.size > 0 ? `?${query}` : ''}`
}
