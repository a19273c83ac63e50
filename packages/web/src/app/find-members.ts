import { answerOf } from '@ramp/client'
import { api } from '../api/client.ts'
import type { Candidate } from './finder.tsx'

/** Enough to choose from; a longer text narrows it. */
export const FOUND_AT_MOST = 8

/** People, by any of their names. */
export async function findMembers(q: string, signal: AbortSignal): Promise<Candidate[]> {
  const { items } = await answerOf(
    api.GET('/api/v1/members', { params: { query: { q, limit: FOUND_AT_MOST } }, signal }),
  )
  return items.map(({ id, displayName, username, status }) => ({
    id,
    name: displayName,
    detail: status === 'active' ? username : `${username}, deactivated`,
  }))
}
