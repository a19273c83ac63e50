import { answerOf } from '@ramp/client'
import { api } from '../api/client.ts'
import { FOUND_AT_MOST, findMembers } from '../app/find-members.ts'
import type { Candidate } from '../app/finder.tsx'

/** People and service accounts, as far as one may see them. */
export async function findAccounts(
  q: string,
  permissions: readonly string[],
  signal: AbortSignal,
): Promise<Candidate[]> {
  const [members, machines] = await Promise.all([
    permissions.includes('members:read') ? findMembers(q, signal) : [],
    permissions.includes('service-accounts:read') ? findServiceAccounts(q, signal) : [],
  ])
  return [...members, ...machines]
}

async function findServiceAccounts(q: string, signal: AbortSignal): Promise<Candidate[]> {
  const { items } = await answerOf(
    api.GET('/api/v1/service-accounts', { params: { query: { q, limit: FOUND_AT_MOST } }, signal }),
  )
  return items.map(({ id, name }) => ({ id, name, detail: 'Service account' }))
}

export async function findGroups(q: string, signal: AbortSignal): Promise<Candidate[]> {
  const { items } = await answerOf(
    api.GET('/api/v1/groups', { params: { query: { q, limit: FOUND_AT_MOST } }, signal }),
  )
  return items.map(({ id, name, memberCount, groupCount }) => ({
    id,
    name,
    detail: `${memberCount} ${memberCount === 1 ? 'member' : 'members'}, ${groupCount} ${groupCount === 1 ? 'group' : 'groups'}`,
  }))
}

/** The page of an account. */
export function accountPath({ kind, id }: { readonly kind: 'member' | 'service'; readonly id: string }): string {
  return kind === 'member' ? `/_admin/ramp-tenant-members/${id}` : `/_admin/service-accounts/${id}`
}
