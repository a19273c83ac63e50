import { answerOf } from '@ramp/client'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { sessionQuery } from '../session/session-query.ts'

/** The catalogue changes with a file on the server, seldom. */
const CATALOGUE_STALE_MS = 60_000

/** Who has which role: changed wherever one is given or taken, and by who is in which group. */
export const ROLES_GIVEN = ['role-grants'] as const

export type Role = Awaited<ReturnType<typeof readCatalogue>>[number]

export const catalogueQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => readCatalogue(signal),
  staleTime: CATALOGUE_STALE_MS,
})

async function readCatalogue(signal: AbortSignal) {
  return (await answerOf(api.GET('/api/v1/roles', { signal }))).items
}

/** Who has roles of their own. */
export interface RoleHolder {
  readonly type: 'members' | 'service-accounts' | 'groups'
  readonly id: string
  readonly name: string
}

interface RoleChange {
  readonly roles: readonly string[]
  readonly action: 'give' | 'take'
}

/** Gives or takes roles, one after the other; what was done stays done if a later one is refused. */
export function useRoleChange({ type, id }: RoleHolder) {
  const client = useQueryClient()
  const path = `/api/v1/${type}/{id}/roles/{role}` as const
  return useMutation({
    mutationFn: async ({ roles, action }: RoleChange) => {
      for (const role of roles) {
        const params = { path: { id, role } }
        await answerOf(action === 'give' ? api.PUT(path, { params }) : api.DELETE(path, { params }))
      }
    },
    onSettled: async () => {
      // One's own roles may be among them.
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
      void client.invalidateQueries({ queryKey: ROLES_GIVEN })
      await client.invalidateQueries({ queryKey: [type] })
    },
  })
}

/** What these roles allow together. */
export function permissionsOf(roles: readonly string[], catalogue: readonly Role[]): string[] {
  const held = catalogue.filter(({ name }) => roles.includes(name))
  return [...new Set(held.flatMap(({ permissions }) => permissions))].sort()
}
