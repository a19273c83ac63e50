import { answerOf, type paths } from '@ramp/client'
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { api, type Tagged, taggedAnswerOf } from '../api/client.ts'

export type ServiceAccount =
  paths['/api/v1/service-accounts/{id}']['get']['responses'][200]['content']['application/json']

/** One that is open for editing. */
export type OpenServiceAccount = Tagged<ServiceAccount>

/** How soon a use elsewhere shows up here. */
const REFRESH_MS = 15_000
const PAGE_SIZE = 50

const ALL = ['service-accounts'] as const

export function serviceAccountsQuery(q: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...ALL, 'list', q],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_SIZE, ...(q && { q }), ...(pageParam && { cursor: pageParam }) }
      return answerOf(api.GET('/api/v1/service-accounts', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
    // While a search narrows, the rows stay.
    placeholderData: (former) => former,
  })
}

export function serviceAccountQuery(id: string) {
  return queryOptions({
    queryKey: [...ALL, 'one', id],
    queryFn: ({ signal }) =>
      taggedAnswerOf(api.GET('/api/v1/service-accounts/{id}', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_MS,
  })
}

interface Names {
  readonly name: string
  readonly description: string
}

interface NewServiceAccount extends Names {
  /** Ids of members. */
  readonly maintainers: string[]
}

export function useCreateServiceAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewServiceAccount) => answerOf(api.POST('/api/v1/service-accounts', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: [...ALL, 'list'] }),
  })
}

/** Stops it, or lets it go on: whatever else was changed meanwhile. */
export function useSetStatus(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { status: ServiceAccount['status']; tokens?: 'restore' | 'revoke' }) =>
      taggedAnswerOf(api.PATCH('/api/v1/service-accounts/{id}', { params: { path: { id } }, body })),
    onSuccess: (account) => note(client, account),
  })
}

interface Edit extends Partial<Names> {
  /** Ids of members. */
  readonly maintainers?: string[]
  readonly etag: string
}

/** Refused if somebody else has saved since `etag` was read. */
export function useEditServiceAccount(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ etag, ...body }: Edit) =>
      taggedAnswerOf(
        api.PATCH('/api/v1/service-accounts/{id}', { params: { path: { id }, header: { 'if-match': etag } }, body }),
      ),
    onSuccess: (account) => note(client, account),
    onError: () => client.invalidateQueries({ queryKey: serviceAccountQuery(id).queryKey }),
  })
}

export function useDeleteServiceAccount(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      await answerOf(api.DELETE('/api/v1/service-accounts/{id}', { params: { path: { id } } }))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [...ALL, 'list'] }),
  })
}

function note(client: QueryClient, account: OpenServiceAccount): void {
  client.setQueryData(serviceAccountQuery(account.id).queryKey, account)
  void client.invalidateQueries({ queryKey: [...ALL, 'list'] })
}
