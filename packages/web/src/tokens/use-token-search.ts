import { getRouteApi } from '@tanstack/react-router'
import { DEFAULT_SORT, readTokenSearch, type TokenSort, type TokenTab, withoutSecret } from './token-search.ts'

const route = getRouteApi('/frame/_settings/tokens')

/** What the address says the list shows, and how to change it. */
export function useTokenSearch() {
  const { status, q, sort = DEFAULT_SORT } = route.useSearch()
  const navigate = route.useNavigate()
  return {
    filter: { status: status ?? ('active' as const), q, sort },
    showTab: (tab: TokenTab) => navigate({ search: (former) => readTokenSearch({ ...former, status: tab }) }),
    // Each letter is no step to go back to.
    search: (text: string) =>
      navigate({ search: (former) => readTokenSearch({ ...former, q: withoutSecret(text) }), replace: true }),
    sortBy: (order: TokenSort) =>
      navigate({ search: (former) => readTokenSearch({ ...former, sort: order }), replace: true }),
  }
}
