import { withoutSecret } from '../tokens/token-search.ts'

/** What the address says of the list of members; what goes without saying is left out. */
export interface MemberSearch {
  readonly status?: 'active' | 'deactivated'
  readonly q?: string
}

export interface MemberFilter {
  readonly status: 'active' | 'deactivated' | 'all'
  readonly q: string | undefined
}

/** A pasted token must not get into the address. */
export function readMemberSearch({ status, q }: Record<string, unknown>): MemberSearch {
  return {
    ...((status === 'active' || status === 'deactivated') && { status }),
    ...(typeof q === 'string' && q !== '' && { q: withoutSecret(q) }),
  }
}
