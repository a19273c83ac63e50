import { useNavigate, useSearch } from '@tanstack/react-router'

/** What the search part of the address says, as `read` understands it, and a way to change it. */
export function useAddress<Search extends object>(read: (search: Record<string, unknown>) => Search) {
  const navigate = useNavigate()
  return {
    search: read(useSearch({ strict: false })),
    /** `replace`: no step to go back to. */
    change: (changes: Record<string, unknown>, options: { readonly replace?: boolean } = {}) =>
      navigate({ to: '.', search: (former) => read({ ...former, ...changes }), ...options }),
  }
}
