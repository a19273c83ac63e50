import { withoutSecret } from '../tokens/token-search.ts'

export interface GroupSearch {
  readonly q?: string
  /** How the groups are shown; a list goes without saying. */
  readonly view?: 'tree'
}

/** What the address says of the list. A pasted token must not get into it. */
export function readGroupSearch({ q, view }: Record<string, unknown>): GroupSearch {
  return {
    ...(typeof q === 'string' && q !== '' && { q: withoutSecret(q) }),
    ...(view === 'tree' && { view }),
  }
}
