import { withoutSecret } from '../tokens/token-search.ts'

export interface ServiceAccountSearch {
  readonly q?: string
}

/** What the address says of the list. A pasted token must not get into it. */
export function readServiceAccountSearch({ q }: Record<string, unknown>): ServiceAccountSearch {
  return typeof q === 'string' && q !== '' ? { q: withoutSecret(q) } : {}
}
