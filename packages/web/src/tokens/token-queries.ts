import { answerOf } from '@ramp/client'
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { api } from '../api/client.ts'
import type { Token } from './token.ts'
import { type TokenOwner, useTokenOwner } from './token-owner.ts'
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

export function tokensQuery({ serviceAccountId: id }: TokenOwner, filter: TokenFilter) {
  const { status, q, sort } = filter
  return infiniteQueryOptions({
    queryKey: [...ALL_LISTS, filter, id],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        status,
        sort,
        limit: PAGE_SIZE,
        activity: true,
        ...(q && { q }),
        ...(pageParam && { cursor: pageParam }),
      }
      return answerOf(
        id === undefined
          ? api.GET('/api/v1/tokens', { params: { query }, signal })
          : api.GET('/api/v1/service-accounts/{id}/tokens', { params: { path: { id }, query }, signal }),
      )
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
    // While a search narrows, the rows stay; those of another tab or of another owner would be wrong here.
    placeholderData: (former, query) => {
      const [, formerFilter, formerId] = query?.queryKey ?? []
      return (formerFilter as TokenFilter | undefined)?.status === status && formerId === id ? former : undefined
    },
  })
}

/** Whether the account has had any token at all, for an empty page that says the right thing. */
export function anyTokenQuery({ serviceAccountId: id }: TokenOwner) {
  return queryOptions({
    queryKey: [...ALL_LISTS, 'any', id],
    queryFn: async ({ signal }) => {
      const query = { status: 'all', limit: 1 } as const
      const { items } = await answerOf(
        id === undefined
          ? api.GET('/api/v1/tokens', { params: { query }, signal })
          : api.GET('/api/v1/service-accounts/{id}/tokens', { params: { path: { id }, query }, signal }),
      )
      return items.length > 0
    },
  })
}

interface TokenInput {
  readonly name: string
  readonly expiresAt: string | null
  readonly permissions: string[] | null
}

/** A token with its secret, as it is answered once. */
export interface NewToken {
  readonly token: Token
  readonly secret: string
}

/**
 * `onCreated` gets the secret, and nothing else does: what a mutation returns stays in a cache, so this one returns
 * nothing.
 */
export function useCreateToken(onCreated: (created: NewToken) => void) {
  const { serviceAccountId: id } = useTokenOwner()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: TokenInput) => {
      onCreated(
        await answerOf(
          id === undefined
            ? api.POST('/api/v1/tokens', { body })
            : api.POST('/api/v1/service-accounts/{id}/tokens', { params: { path: { id } }, body }),
        ),
      )
    },
    onSuccess: () => void changed(client),
  })
}

interface Rotation {
  readonly tokenId: string
  readonly overlapSeconds: number
}

/** A new secret for a token; like `useCreateToken`, only `onCreated` gets it. */
export function useRotateToken(onCreated: (created: NewToken, rotation: Rotation) => void) {
  const { serviceAccountId: id } = useTokenOwner()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (rotation: Rotation) => {
      const { tokenId, overlapSeconds } = rotation
      const body = { overlapSeconds }
      onCreated(
        await answerOf(
          id === undefined
            ? api.POST('/api/v1/tokens/{id}/rotate', { params: { path: { id: tokenId } }, body })
            : api.POST('/api/v1/service-accounts/{id}/tokens/{tokenId}/rotate', {
                params: { path: { id, tokenId } },
                body,
              }),
        ),
        rotation,
      )
    },
    onSuccess: () => void changed(client),
  })
}

export function useRevokeToken() {
  const { serviceAccountId: id } = useTokenOwner()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id: tokenId }: Token) => {
      await answerOf(
        id === undefined
          ? api.DELETE('/api/v1/tokens/{id}', { params: { path: { id: tokenId } } })
          : api.DELETE('/api/v1/service-accounts/{id}/tokens/{tokenId}', { params: { path: { id, tokenId } } }),
      )
    },
    // The dialog closes on a list that is already right, even if reading it again takes a while.
    onSuccess: () => Promise.race([changed(client), new Promise((resolve) => setTimeout(resolve, 2000))]),
  })
}

/** Service accounts say how many tokens they have. */
async function changed(client: QueryClient): Promise<void> {
  void client.invalidateQueries({ queryKey: ['service-accounts'] })
  await client.invalidateQueries({ queryKey: ALL_LISTS })
}
