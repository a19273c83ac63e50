import { answerOf, type paths } from '@ramp/client'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'

export type Policy = paths['/api/v1/policy']['get']['responses'][200]['content']['application/json']
export type PolicyInput = paths['/api/v1/policy']['put']['requestBody']['content']['application/json']
export type PolicyPreview = paths['/api/v1/policy/preview']['post']['responses'][200]['content']['application/json']
export type TokenRules = paths['/api/v1/tokens/rules']['get']['responses'][200]['content']['application/json']

/** A policy as it was read, with what proves later that nobody changed it meanwhile. */
export interface ReadPolicy {
  readonly policy: Policy
  readonly etag: string
}

const POLICY_KEY = ['policy'] as const
const RULES_KEY = ['token-rules'] as const

/** Read when the page is opened, and not again under somebody's hands. */
export const policyQuery = queryOptions({
  queryKey: POLICY_KEY,
  queryFn: ({ signal }) => readPolicy(signal),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
})

export async function readPolicy(signal?: AbortSignal): Promise<ReadPolicy> {
  const call = api.GET('/api/v1/policy', signal ? { signal } : {})
  const policy = await answerOf(call)
  return { policy, etag: (await call).response.headers.get('etag') ?? '*' }
}

/** What the policy says of new tokens: for the forms that make them. */
export const tokenRulesQuery = queryOptions({
  queryKey: RULES_KEY,
  queryFn: ({ signal }) => answerOf(api.GET('/api/v1/tokens/rules', { signal })),
})

/** What a policy would do: its beginning, with what it takes to ask for more. */
export interface AskedPreview {
  readonly body: PolicyInput
  /** Tells it from other times that the same was asked. */
  readonly askedAt: number
  readonly first: PolicyPreview
}

export function usePreviewPolicy() {
  return useMutation({
    mutationFn: async (body: PolicyInput): Promise<AskedPreview> => {
      const askedAt = Date.now()
      return { body, askedAt, first: await answerOf(api.POST('/api/v1/policy/preview', { body })) }
    },
  })
}

/** The pages after the first, as they are asked for. */
export function previewPagesQuery({ body, askedAt, first }: AskedPreview) {
  return infiniteQueryOptions({
    queryKey: ['policy-preview', askedAt],
    queryFn: ({ pageParam, signal }) =>
      answerOf(api.POST('/api/v1/policy/preview', { body, params: { query: { cursor: pageParam } }, signal })),
    initialPageParam: '',
    initialData: { pages: [first], pageParams: [''] },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // Each page costs the server a look at all tokens: none is read twice.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
}

export function useChangePolicy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ body, etag }: { body: PolicyInput; etag: string }) => {
      const call = api.PUT('/api/v1/policy', { body, params: { header: { 'if-match': etag } } })
      const policy = await answerOf(call)
      return { policy, etag: (await call).response.headers.get('etag') ?? '*' }
    },
    onSuccess: (saved) => {
      client.setQueryData(POLICY_KEY, saved)
      void client.invalidateQueries({ queryKey: RULES_KEY })
      void client.invalidateQueries({ queryKey: ['tokens'] })
    },
  })
}
