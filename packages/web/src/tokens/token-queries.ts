import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.ts'
import type { Token } from './token.ts'
import type { TokenSort, TokenTab } from './token-search.ts'

/** How soon a use elsewhere shows up here; the server itself writes uses down every 5 s. */
const REFRESH_MS = 15_000
const PAGE_SIZE = 50

interface TokenFilter {
  readonly status: TokenTab
  readonly q: string | undefined
  readonly sort: TokenSort
}

const ALL_LISTS = ['tokens'] as const

export function tokensQuery(filter: TokenFilter) {
  const { status, q, sort } = filter
  return infiniteQueryOptions({
    queryKey: [...ALL_LISTS, filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { status, sort, limit: PAGE_SIZE, ...(q && { q }), ...(pageParam && { cursor: pageParam }) }
      return answerOf(api.GET('/api/v1/tokens', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
    // While a search narrows, the rows stay; another tab's rows would be wrong under this one.
    placeholderData: (former, query) =>
      (query?.queryKey[1] as TokenFilter | undefined)?.status === status ? former : undefined,
  })
}

/** Whether the account has had any token at all, for an empty page that says the right thing. */
export const anyTokenQuery = queryOptions({
  queryKey: [...ALL_LISTS, 'any'],
  queryFn: async ({ signal }) => {
    const params = { query: { status: 'all', limit: 1 } } as const
    const { items } = await answerOf(api.GET('/api/v1/tokens', { params, signal }))
    return items.length > 0
  },
})

interface TokenInput {
  readonly name: string
  readonly expiresAt: string | null
  readonly permissions: string[] | null
}

/**
 * `onCreated` gets the secret, and nothing else does: what a mutation returns stays in a cache, so this one returns
 * nothing.
 */
export function useCreateToken(onCreated: (created: { token: Token; secret: string }) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: TokenInput) => {
      onCreated(await answerOf(api.POST('/api/v1/tokens', { body })))
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ALL_LISTS }),
  })
}

export function useRevokeToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id }: Token) => {
      await answerOf(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }))
    },
    // The dialog closes on a list that is already right, even if reading it again takes a while.
    onSuccess: async () => {
      const reading = client.invalidateQueries({ queryKey: ALL_LISTS })
      await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 2000))])
    },
  })
}
