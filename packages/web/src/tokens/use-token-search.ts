import { useAddress } from '../app/use-address.ts'
import { DEFAULT_SORT, readTokenSearch, type TokenSort, type TokenTab, withoutSecret } from './token-search.ts'

/** What the address says the list shows, and how to change it. */
export function useTokenSearch() {
  const { search, change } = useAddress(readTokenSearch)
  const { status, q, sort = DEFAULT_SORT } = search
  return {
    filter: { status: status ?? ('active' as const), q, sort },
    showTab: (tab: TokenTab) => change({ status: tab }),
    // Each letter is no step to go back to.
    search: (text: string) => change({ q: withoutSecret(text) }, { replace: true }),
    sortBy: (order: TokenSort) => change({ sort: order }, { replace: true }),
  }
}
