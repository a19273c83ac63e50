/**
 * Pages of lists that are long and filtered by several things at once: whatever is asked, so many rows are looked at for
 * one page and no more, and the page says where to go on (docs/decisions/0005).
 */

/** So many rows are looked at for one page: some 10 ms. */
export const MOST_LOOKED_AT = 2000

/** It may hold fewer than were asked for, even none, and still not be the last: that has no `next`. */
export interface BoundedPage<Item, Position> {
  readonly items: readonly Item[]
  /** Behind the last that was looked at, not the last that matched. */
  readonly next: Position | undefined
}

/**
 * The page of what was found, which is up to `limit + 1` rows in order. `endOfWalk` is asked if they are all: where the
 * walk ended that found them, undefined if nothing was left to look at.
 */
export async function boundedPage<Row, Position>(
  found: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
  endOfWalk: () => Position | undefined | Promise<Position | undefined>,
): Promise<BoundedPage<Row, Position>> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && found.length > limit ? positionOf(last) : await endOfWalk() }
}
