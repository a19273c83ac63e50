import { answerOf, type paths } from '@ramp/client'
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { api, taggedAnswerOf } from '../api/client.ts'
import { ROLES_GIVEN } from '../roles/role-queries.ts'
import { sessionQuery } from '../session/session-query.ts'

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

export type ListedGroup = Answer<'/api/v1/groups'>['items'][number]
export type Group = Answer<'/api/v1/groups/{id}'> & { readonly etag: string }
export type GroupNeighbour = Group['groups'][number]
export type GroupAccount = Answer<'/api/v1/groups/{id}/members'>['items'][number]

const PAGE_SIZE = 50
const ALL = ['groups'] as const

const paging = {
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }: { readonly nextCursor: string | null }) => nextCursor ?? undefined,
}
const pageOf = (cursor: string) => ({ limit: PAGE_SIZE, ...(cursor && { cursor }) })

interface GroupFilter {
  readonly q?: string | undefined
  /** `none`: only groups that are in no other. */
  readonly within?: 'none'
}

export function groupsQuery({ q, within }: GroupFilter) {
  return infiniteQueryOptions({
    queryKey: [...ALL, 'list', { q, within }],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...pageOf(pageParam), ...(q && { q }), ...(within && { within }) }
      return answerOf(api.GET('/api/v1/groups', { params: { query }, signal }))
    },
    ...paging,
    // While a search narrows, the rows stay.
    placeholderData: (former) => former,
  })
}

export function groupQuery(id: string) {
  return queryOptions({
    queryKey: [...ALL, 'one', id],
    queryFn: ({ signal }) => taggedAnswerOf(api.GET('/api/v1/groups/{id}', { params: { path: { id } }, signal })),
  })
}

export function groupAccountsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...ALL, 'accounts', id],
    queryFn: ({ pageParam, signal }) =>
      answerOf(api.GET('/api/v1/groups/{id}/members', { params: { path: { id }, query: pageOf(pageParam) }, signal })),
    ...paging,
  })
}

/** Who would lose what if the group were deleted. */
export function groupLossesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...ALL, 'losses', id],
    queryFn: ({ pageParam, signal }) =>
      answerOf(api.GET('/api/v1/groups/{id}/losses', { params: { path: { id }, query: pageOf(pageParam) }, signal })),
    ...paging,
    // Never an old answer to this question.
    gcTime: 0,
  })
}

interface Names {
  readonly name: string
  readonly description: string
}

export function useCreateGroup() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Names) => answerOf(api.POST('/api/v1/groups', { body })),
    onSuccess: () => noteChange(client),
  })
}

/** Refused if somebody else has saved since `etag` was read. */
export function useRenameGroup(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ etag, ...body }: Names & { readonly etag: string }) =>
      taggedAnswerOf(
        api.PATCH('/api/v1/groups/{id}', { params: { path: { id }, header: { 'if-match': etag } }, body }),
      ),
    onSettled: () => noteChange(client),
  })
}

export function useDeleteGroup(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      await answerOf(api.DELETE('/api/v1/groups/{id}', { params: { path: { id } } }))
    },
    // Its own page is left for the list; asking for it again would say that it is not there.
    onSuccess: () => noteChange(client, id),
  })
}

interface PartChange {
  /** The id of the account or group that is put in or taken out. */
  readonly part: string
  readonly action: 'add' | 'remove'
}

/** Puts an account into a group, or takes it out. */
export function useMembershipChange(id: string) {
  const client = useQueryClient()
  const path = '/api/v1/groups/{id}/members/{accountId}'
  return useMutation({
    mutationFn: async ({ part, action }: PartChange) => {
      const params = { path: { id, accountId: part } }
      await answerOf(action === 'add' ? api.PUT(path, { params }) : api.DELETE(path, { params }))
    },
    onSettled: () => noteChange(client),
  })
}

/** Puts a group into a group, or takes it out. */
export function useNestingChange(id: string) {
  const client = useQueryClient()
  const path = '/api/v1/groups/{id}/groups/{groupId}'
  return useMutation({
    mutationFn: async ({ part, action }: PartChange) => {
      const params = { path: { id, groupId: part } }
      await answerOf(action === 'add' ? api.PUT(path, { params }) : api.DELETE(path, { params }))
    },
    onSettled: () => noteChange(client),
  })
}

/** What one group has counts for others, for accounts, and perhaps for oneself. */
async function noteChange(client: QueryClient, deleted?: string): Promise<void> {
  for (const queryKey of [sessionQuery.queryKey, ROLES_GIVEN, ['members'], ['service-accounts']])
    void client.invalidateQueries({ queryKey })
  await client.invalidateQueries({ queryKey: ALL, predicate: (query) => query.queryKey[2] !== deleted })
}
