import { itemsOf } from '@ramp/client'
import type { Context, OptionSpec } from './command.ts'
import { Failure } from './failure.ts'
import { type Column, table } from './table.ts'

export const LIMIT = { value: 'count', summary: 'how many at most' } satisfies OptionSpec

/** What the server gives at most at a time. */
const PAGE_SIZE = 200

type Read<T> = (page: {
  readonly limit: number
  readonly cursor?: string
}) => ReturnType<Parameters<typeof itemsOf<T>>[0]>

/** Reads a list to its end, or to as many as are asked for, and prints it: with `--json` an array of the API's objects. */
export async function printList<T>(
  { terminal, isJson, print }: Context,
  limit: string | undefined,
  read: Read<T>,
  { none, columns }: { readonly none: string; readonly columns: readonly Column<T>[] },
): Promise<void> {
  const most = parseLimit(limit)
  const items: T[] = []
  const readOn: Parameters<typeof itemsOf<T>>[0] = (page) => {
    // Pages may be empty and not the last: a filter that names few of many is searched for through many of them.
    if (page.cursor !== undefined) terminal.progress(`${items.length.toLocaleString('en')} found so far …`)
    return read({ ...page, limit: Math.min(most, PAGE_SIZE) })
  }
  for await (const item of itemsOf(readOn)) {
    if (items.length >= most) break
    items.push(item)
  }
  if (items.length === 0 && !isJson) return terminal.say(none)
  print(items, () => table(terminal, items, columns))
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Failure('usage', '--limit is a whole number above zero.')
  return Number(text)
}
