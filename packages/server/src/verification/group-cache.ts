import { ReachIndex } from '@ramp/verifier/coherence'
import { LRUCache } from 'lru-cache'
import type { StoredGroup } from './stored-credentials.ts'

/** What each gives: some role names, and the groups above it. Reading one anew takes some 20 µs. */
const CACHED_GROUPS = 10_000

/** What groups give, so that an account in many groups is read without going up from each of them again. */
export function groupCache(read: (id: string) => StoredGroup) {
  const reaches = new ReachIndex()
  const groups = new LRUCache<string, StoredGroup>({ max: CACHED_GROUPS, dispose: (_group, id) => reaches.delete(id) })

  return {
    get(id: string): StoredGroup {
      const cached = groups.get(id)
      if (cached !== undefined) return cached
      const { roles, reach } = read(id)
      const group = { roles, reach: reaches.set(id, [reach])[0] ?? reach }
      groups.set(id, group)
      return group
    },
    /** The group, and the groups below it: they give what it gives. */
    drop(id: string): void {
      for (const below of reaches.holdersOf(id)) groups.delete(below)
    },
    dropAll(): void {
      reaches.clear()
      groups.clear()
    },
  }
}
