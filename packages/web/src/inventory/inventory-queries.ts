import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.ts'
import type { paths } from '../api/openapi.d.ts'
import { DEFAULT_SORT } from '../tokens/token-search.ts'
import { type InventorySearch, toFilter } from './inventory-search.ts'

export type InventoryToken =
  paths['/api/v1/admin/tokens']['get']['responses'][200]['content']['application/json']['items'][number]

const PAGE_SIZE = 50

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
