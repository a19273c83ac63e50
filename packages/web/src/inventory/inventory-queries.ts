import { answerOf, type paths } from '@ramp/client'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { staleUnlessLong } from '../app/use-short-pages.ts'
import { DEFAULT_SORT } from '../tokens/token-search.ts'
import { type InventorySearch, toFilter } from './inventory-search.ts'

export type InventoryToken =
  paths['/api/v1/admin/tokens']['get']['responses'][200]['content']['application/json']['items'][number]

export const PAGE_SIZE = 50

export function inventoryQuery(search: InventorySearch) {
  const filter = { ...toFilter(search), sort: search.sort ?? DEFAULT_SORT, limit: PAGE_SIZE, activity: true }
  return infiniteQueryOptions({
    queryKey: ['tokens', 'inventory', filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, ...(pageParam && { cursor: pageParam }) }
      return answerOf(api.GET('/api/v1/admin/tokens', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: staleUnlessLong,
    placeholderData: (former) => former,
  })
}

/** Apart from the list, since counting looks at all of them. */
export function countQuery(search: InventorySearch) {
  const query = toFilter(search)
  return queryOptions({
    queryKey: ['tokens', 'count', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/admin/tokens/count', { params: { query }, signal })),
  })
}

/** Often enough for a bar that moves. */
const PROGRESS_MS = 500

/** How many tokens the revocation that is under way has revoked, asked again and again. */
export const progressQuery = queryOptions({
  queryKey: ['tokens', 'revocation'],
  queryFn: async ({ signal }) => {
    const { revocation } = await answerOf(api.GET('/api/v1/admin/tokens/revocation', { signal }))
    return revocation?.revoked ?? 0
  },
  refetchInterval: PROGRESS_MS,
  staleTime: 0,
  gcTime: 0,
})

type RevokeBody = NonNullable<
  paths['/api/v1/admin/tokens/revoke']['post']['requestBody']
>['content']['application/json']

export function useRevokeTokens() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: RevokeBody) => answerOf(api.POST('/api/v1/admin/tokens/revoke', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  })
}
