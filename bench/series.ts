import { sql } from 'kysely'
import type { Database, Engine } from '../packages/server/src/storage/database.ts'

/** Rows a statement: each stays within the limits of a connection. */
const SLICE = 50_000

/** Whole numbers `from` to `to - 1` as column `n`. */
const series = (engine: Engine, from: number, to: number) =>
  engine === 'sqlite'
    ? `(WITH RECURSIVE s (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s WHERE n < ${to - 1}) SELECT n FROM s)`
    : `(SELECT n::bigint FROM generate_series(${from}, ${to - 1}) AS g (n)) AS s`

/** Rows made by the database itself from the numbers below `count`, slice by slice. */
export async function insertSeries(
  database: Database,
  count: number,
  statement: (numbers: string) => string,
): Promise<void> {
  for (let from = 0; from < count; from += SLICE) {
    const text = statement(series(database.engine, from, Math.min(count, from + SLICE)))
    await database.write('maintenance', (trx) => sql.raw(text).execute(trx))
  }
}

/** A number as text with leading zeros. */
export const padded = (engine: Engine, n: string, width: number) =>
  engine === 'sqlite' ? `printf('%0${width}d', ${n})` : `lpad((${n})::text, ${width}, '0')`

/** One of these, by a number. */
export const oneOf = (list: readonly string[], n: string) =>
  `CASE ${n} % ${list.length} ${list.map((each, at) => `WHEN ${at} THEN '${each}'`).join(' ')} END`
