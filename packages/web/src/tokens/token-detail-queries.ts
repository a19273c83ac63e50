import { answerOf, type paths } from '@ramp/client'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'

export type Activity = paths['/api/v1/tokens/{id}/activity']['get']['responses'][200]['content']['application/json']
export type TokenEvent =
  paths['/api/v1/tokens/{id}/history']['get']['responses'][200]['content']['application/json']['items'][number]
export type Explanation = paths['/api/v1/admin/tokens/explain']['post']['responses'][200]['content']['application/json']

/** A token as its owner sees it, or as an administrator does whoever it belongs to. */
export interface TokenView {
  readonly id: string
  readonly isAdmin: boolean
}

const REFRESH_MS = 15_000

const keyOf = ({ id, isAdmin }: TokenView) => ['tokens', 'one', id, isAdmin] as const

export function tokenQuery(view: TokenView) {
  const params = { path: { id: view.id } }
  return queryOptions({
    queryKey: keyOf(view),
    queryFn: async ({ signal }) => {
      if (view.isAdmin) return answerOf(api.GET('/api/v1/admin/tokens/{id}', { params, signal }))
      return { ...(await answerOf(api.GET('/api/v1/tokens/{id}', { params, signal }))), owner: undefined }
    },
    refetchInterval: REFRESH_MS,
  })
}

export function activityQuery(view: TokenView) {
  const params = { path: { id: view.id } }
  return queryOptions({
    queryKey: [...keyOf(view), 'activity'],
    queryFn: ({ signal }) =>
      answerOf(
        view.isAdmin
          ? api.GET('/api/v1/admin/tokens/{id}/activity', { params, signal })
          : api.GET('/api/v1/tokens/{id}/activity', { params, signal }),
      ),
    refetchInterval: REFRESH_MS,
  })
}

export function historyQuery(view: TokenView) {
  return infiniteQueryOptions({
    queryKey: [...keyOf(view), 'history'],
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { id: view.id }, query: { limit: 20, ...(pageParam && { cursor: pageParam }) } }
      return answerOf(
        view.isAdmin
          ? api.GET('/api/v1/admin/tokens/{id}/history', { params, signal })
          : api.GET('/api/v1/tokens/{id}/history', { params, signal }),
      )
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
}

export interface Question {
  readonly permission?: string
  readonly address?: string
}

/** The pasted text goes in a body, and nowhere else: what a mutation was given is forgotten with the page. */
export function useExplain() {
  return useMutation({
    gcTime: 0,
    mutationFn: ({ token, ...question }: Question & { readonly token: string }) =>
      answerOf(api.POST('/api/v1/admin/tokens/explain', { body: { token, ...question } })),
  })
}

export function useExplainOwn(id: string) {
  return useMutation({
    mutationFn: (body: Question) =>
      answerOf(api.POST('/api/v1/tokens/{id}/explain', { params: { path: { id } }, body })),
  })
}

export function useRevokeOne(view: TokenView) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      if (view.isAdmin) await answerOf(api.POST('/api/v1/admin/tokens/revoke', { body: { ids: [view.id] } }))
      else await answerOf(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id: view.id } } }))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  })
}
