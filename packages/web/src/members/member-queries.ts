import { answerOf, type paths } from '@ramp/client'
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { api, taggedAnswerOf } from '../api/client.ts'
import { sessionQuery } from '../session/session-query.ts'
import type { MemberFilter } from './member-search.ts'

export type Member = paths['/api/v1/members/{id}']['get']['responses'][200]['content']['application/json']

/** As a page shows it, with the mark of what its names and roles were. */
export type TaggedMember = Member & { readonly etag: string }

const PAGE_SIZE = 50

/** What a mutation here is given may be a password, so it is not kept after its form is gone. */
const FORGET_AT_ONCE = 0

const ALL = ['members'] as const

export function membersQuery(filter: MemberFilter) {
  const { status, sort } = filter
  return infiniteQueryOptions({
    queryKey: [...ALL, 'list', filter],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        ...criteriaOf(filter),
        limit: PAGE_SIZE,
        ...(sort && { sort }),
        ...(pageParam && { cursor: pageParam }),
      }
      return answerOf(api.GET('/api/v1/members', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // While a search narrows, the rows stay; those of another status would be wrong under this one.
    placeholderData: (former, query) =>
      (query?.queryKey[2] as MemberFilter | undefined)?.status === status ? former : undefined,
  })
}

const criteriaOf = ({ status, q, role, group, neverSignedIn }: MemberFilter) => ({
  status,
  ...(q && { q }),
  ...(role && { role }),
  ...(group && { group }),
  ...(neverSignedIn && { neverSignedIn }),
})

/** Where the browser gets the members of this filter as a file. */
export function exportAddress(filter: MemberFilter): string {
  const query = Object.entries(criteriaOf(filter)).map(([name, value]): [string, string] => [name, String(value)])
  return `/api/v1/members/export?${new URLSearchParams(query)}`
}

export function memberQuery(id: string) {
  return queryOptions({
    queryKey: [...ALL, 'one', id],
    queryFn: ({ signal }) => taggedAnswerOf(api.GET('/api/v1/members/{id}', { params: { path: { id } }, signal })),
  })
}

export interface MemberNames {
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
}

interface NewMember extends MemberNames {
  readonly password: string
  readonly roles: string[]
}

export function useCreateMember() {
  const client = useQueryClient()
  return useMutation({
    gcTime: FORGET_AT_ONCE,
    mutationFn: (body: NewMember) => answerOf(api.POST('/api/v1/members', { body })),
    onSuccess: () => noteAll(client),
  })
}

interface MemberChange extends Partial<MemberNames> {
  readonly status?: Member['status']
  /** Of a reactivation; left out: the policy decides. */
  readonly tokens?: 'restore' | 'revoke'
  readonly password?: string
  /** Given: refused if somebody else has saved since. */
  readonly etag?: string
}

export function useChangeMember(id: string) {
  const client = useQueryClient()
  return useMutation({
    gcTime: FORGET_AT_ONCE,
    mutationFn: ({ etag, ...body }: MemberChange) => {
      const params = { path: { id }, ...(etag && { header: { 'if-match': etag } }) }
      return taggedAnswerOf(api.PATCH('/api/v1/members/{id}', { params, body }))
    },
    onSuccess: (member) => note(client, member),
  })
}

export type BulkAction = { readonly grant: string } | { readonly take: string } | { readonly status: 'deactivated' }

export function useBulkChange() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { ids: string[]; action: BulkAction }) => answerOf(api.POST('/api/v1/members/bulk', { body })),
    onSuccess: () => noteAll(client),
  })
}

export type ImportReport = paths['/api/v1/members/import']['post']['responses'][200]['content']['application/json']

export function useImport() {
  const client = useQueryClient()
  return useMutation({
    gcTime: FORGET_AT_ONCE,
    mutationFn: ({ csv, dryRun }: { readonly csv: string; readonly dryRun: boolean }) =>
      answerOf(api.POST('/api/v1/members/import', { params: { query: { dryRun } }, body: { csv } })),
    onSuccess: ({ dryRun }) => {
      if (!dryRun) noteAll(client)
    },
  })
}

/** Anybody may have changed, oneself too. */
function noteAll(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ALL })
  void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
}

function note(client: QueryClient, member: TaggedMember): void {
  client.setQueryData(memberQuery(member.id).queryKey, member)
  void client.invalidateQueries({ queryKey: [...ALL, 'list'] })
  // What was just done is the last of what happened to the member.
  void client.invalidateQueries({ queryKey: ['audit-events'] })
  // It may be oneself, whose name stands in the account menu.
  void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
}
