import { readTokenSearch, type TokenSearch, withoutSecret } from '../tokens/token-search.ts'

/** What the address says of the inventory's list: every filter, so that a link shows the same. */
export interface InventorySearch extends Omit<TokenSearch, 'status'> {
  readonly status?: 'expired' | 'revoked' | 'all'
  readonly kind?: 'pat' | 'service'
  readonly accountId?: string
  /** Dates, `2026-11-24`, in UTC. */
  readonly createdAfter?: string
  readonly createdBefore?: string
  readonly expiresAfter?: string
  readonly expiresBefore?: string
  readonly lastUsedBefore?: string
  readonly neverUsed?: 'true'
  readonly unusedDays?: string
  readonly address?: string
}

export const DATE_FILTERS = {
  createdAfter: 'Created from',
  createdBefore: 'Created before',
  expiresAfter: 'Expires from',
  expiresBefore: 'Expires before',
  lastUsedBefore: 'Last used before',
} as const

export type DateFilter = keyof typeof DATE_FILTERS
const DATES = Object.keys(DATE_FILTERS) as DateFilter[]

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What it does not understand is left out; a pasted token must not get into the address. */
export function readInventorySearch(search: Record<string, unknown>): InventorySearch {
  const { status, kind, accountId, neverUsed, unusedDays, address } = search
  const { q, sort } = readTokenSearch(search)
  const dates = DATES.filter((name) => isDate(search[name])).map((name) => [name, search[name]])
  return {
    ...(q !== undefined && { q }),
    ...(sort !== undefined && { sort }),
    ...((status === 'expired' || status === 'revoked' || status === 'all') && { status }),
    ...((kind === 'pat' || kind === 'service') && { kind }),
    ...(typeof accountId === 'string' && UUID.test(accountId) && { accountId }),
    ...Object.fromEntries(dates),
    ...(neverUsed === 'true' && { neverUsed }),
    ...(typeof unusedDays === 'string' && /^[1-9]\d{0,2}$/.test(unusedDays) && { unusedDays }),
    ...(typeof address === 'string' && address.trim() !== '' && { address: withoutSecret(address).slice(0, 50) }),
  }
}

/** As the API takes the filters, in a body. */
export function toFilter(search: InventorySearch) {
  const { q, kind, accountId, neverUsed, unusedDays, address } = search
  const dates = DATES.filter((name) => search[name] !== undefined).map((name) => [name, `${search[name]}T00:00:00Z`])
  return {
    status: search.status ?? ('active' as const),
    ...(q && { q }),
    ...(kind && { kind }),
    ...(accountId && { accountId }),
    ...(Object.fromEntries(dates) as Partial<Record<DateFilter, string>>),
    ...(neverUsed && { neverUsed: true }),
    ...(unusedDays && { unusedDays: Number(unusedDays) }),
    ...(address && { address }),
  }
}

const isDate = (value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && Number.isFinite(Date.parse(value))
