/** What the address of the page says about the list: so that reload, back and a shared link show the same. */
export interface TokenSearch {
  readonly status?: Exclude<TokenTab, 'active'>
  readonly q?: string
  readonly sort?: TokenSort
}

export const TOKEN_TABS = ['active', 'expired', 'revoked'] as const
export type TokenTab = (typeof TOKEN_TABS)[number]

export const TOKEN_SORT_FIELDS = ['name', 'createdAt', 'expiresAt', 'lastUsedAt'] as const
export type TokenSortField = (typeof TOKEN_SORT_FIELDS)[number]
export type TokenSort = TokenSortField | `-${TokenSortField}`

export const DEFAULT_SORT: TokenSort = '-createdAt'

const QUERY_MAX_LENGTH = 100

/** Reads the address; what it does not understand, and what goes without saying, is left out. */
export function readTokenSearch(search: Record<string, unknown>): TokenSearch {
  const { status, q, sort } = search
  return {
    ...((status === 'expired' || status === 'revoked') && { status }),
    ...(typeof q === 'string' && q !== '' && { q: withoutSecret(q) }),
    ...(isSort(sort) && sort !== DEFAULT_SORT && { sort }),
  }
}

/**
 * Somebody who asks "which of mine is this?" pastes a whole token. Its public part answers that; the rest must not
 * get into the address, where the history and every log on the way would have it.
 */
export function withoutSecret(text: string): string {
  // Cut only afterwards: a token cut in the middle would not be recognised, and some of its secret would pass.
  return text
    .trim()
    .replace(/^.*?[a-z][a-z0-9]*_(?:pat|sat)_([0-9A-Za-z]{12}).*$/s, '$1')
    .slice(0, QUERY_MAX_LENGTH)
}

export function parseSort(sort: TokenSort): { field: TokenSortField; isDescending: boolean } {
  const isDescending = sort.startsWith('-')
  return { field: (isDescending ? sort.slice(1) : sort) as TokenSortField, isDescending }
}

/** The order after a click on a column: its natural one first (the newest, the soonest, A), then turned round. */
export function nextSort(current: TokenSort, field: TokenSortField): TokenSort {
  const natural: TokenSort = field === 'createdAt' || field === 'lastUsedAt' ? `-${field}` : field
  const turned: TokenSort = natural === field ? `-${field}` : field
  return current === natural ? turned : natural
}

function isSort(value: unknown): value is TokenSort {
  return typeof value === 'string' && TOKEN_SORT_FIELDS.some((field) => value === field || value === `-${field}`)
}
