import { type RawBuilder, sql } from 'kysely'
import { comparisonKey } from '../core/text.ts'

/** Whether one of these columns, each a `comparisonKey`, contains the text that somebody typed. */
export function containsText(columns: readonly string[], text: string): RawBuilder<boolean> {
  const pattern = likePattern(text)
  const contained = columns.map((column) => sql<boolean>`${sql.ref(column)} LIKE ${pattern} ESCAPE '\\'`)
  return sql<boolean>`(${sql.join(contained, sql` OR `)})`
}

/** What `LIKE … ESCAPE '\\'` takes for "contains". */
export function likePattern(text: string): string {
  return `%${comparisonKey(text).replace(/[\\%_]/g, '\\$&')}%`
}
