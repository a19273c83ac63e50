import { withoutSecret } from '../tokens/token-search.ts'

export const MEMBER_ORDERS = [
  { value: 'username', label: 'Username' },
  { value: 'displayName', label: 'Name' },
  { value: 'email', label: 'Email' },
  { value: '-createdAt', label: 'Newest first' },
  { value: '-lastSignInAt', label: 'Last sign-in, latest first' },
  { value: 'lastSignInAt', label: 'Last sign-in, longest ago first' },
] as const
export type MemberOrder = (typeof MEMBER_ORDERS)[number]['value']

/** What the address says of the list of members; what goes without saying is left out. */
export interface MemberSearch {
  readonly status?: 'active' | 'deactivated'
  readonly q?: string
  readonly role?: string
  /** The id of a group. */
  readonly group?: string
  readonly never?: 'true'
  readonly sort?: MemberOrder
}

export interface MemberFilter {
  readonly status: 'active' | 'deactivated' | 'all'
  readonly q: string | undefined
  readonly role?: string | undefined
  readonly group?: string | undefined
  readonly neverSignedIn?: true | undefined
  readonly sort?: MemberOrder | undefined
}

const ROLE = /^[A-Za-z][A-Za-z0-9]{0,63}$/

const GROUP = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A pasted token must not get into the address. */
export function readMemberSearch({ status, q, role, group, never, sort }: Record<string, unknown>): MemberSearch {
  const order = MEMBER_ORDERS.find(({ value }) => value === sort)?.value
  return {
    ...((status === 'active' || status === 'deactivated') && { status }),
    ...(typeof q === 'string' && q !== '' && { q: withoutSecret(q) }),
    ...(typeof role === 'string' && ROLE.test(role) && { role }),
    ...(typeof group === 'string' && GROUP.test(group) && { group }),
    ...(never === 'true' && { never }),
    ...(order && order !== 'username' && { sort: order }),
  }
}
