import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'

interface Page {
  readonly items: readonly unknown[]
}

/**
 * Of a list whose pages may be shorter than was asked for, even empty, and not the last: reads on until as many are
 * there as a whole page has, or the list is at its end. Returns whether it does.
 */
export function useShortPages(list: UseInfiniteQueryResult<InfiniteData<Page>>, pageSize: number): boolean {
  const { data, hasNextPage, isError, isFetching, fetchNextPage } = list
  const lengths = data?.pages.map(({ items }) => items.length) ?? []
  const count = lengths.reduce((sum, length) => sum + length, 0)
  const countBefore = count - (lengths.at(-1) ?? 0)
  const isShort = Math.floor(count / pageSize) === Math.floor(countBefore / pageSize)
  const isSearching = hasNextPage && isShort && !isError
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage()
  }, [isSearching, isFetching, fetchNextPage])
  return isSearching
}

const MANY_PAGES = 10

/** As `staleTime`: a search that took long is not repeated because somebody has looked at another window. */
export const staleUnlessLong = ({ state }: { readonly state: { readonly data?: InfiniteData<Page> | undefined } }) =>
  (state.data?.pages.length ?? 0) > MANY_PAGES ? Number.POSITIVE_INFINITY : 0
