import { answerOf, type paths } from '@ramp/client'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { ROLES_GIVEN } from './role-queries.ts'

export type Holder =
  paths['/api/v1/roles/{role}/holders']['get']['responses'][200]['content']['application/json']['items'][number]

const PAGE_SIZE = 20

/** How often each role is given, those included that the catalogue no longer has. */
export const givenRolesQuery = queryOptions({
  queryKey: [...ROLES_GIVEN, 'counts'],
  queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/role-grants', { signal }))).items,
})

export function holdersQuery(role: string) {
  return infiniteQueryOptions({
    queryKey: [...ROLES_GIVEN, 'holders', role],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) }
      return answerOf(api.GET('/api/v1/roles/{role}/holders', { params: { path: { role }, query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}
