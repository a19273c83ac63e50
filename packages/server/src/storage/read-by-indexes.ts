import { sql } from 'kysely'
import type { Database, Reader } from './database.ts'

/**
 * PostgreSQL's planner does not believe how few rows a bounded list touches and would rather read whole tables into a
 * hash; for these statements it may not. Where an index gives every order that is asked for, `isEverythingInOrder`, it may
 * not sort either: it would read everything first.
 */
export async function readByIndexes<T>(
  { engine, read }: Database,
  work: (db: Reader) => Promise<T>,
  { isEverythingInOrder = false } = {},
): Promise<T> {
  if (engine === 'sqlite') return work(read)
  return read
    .transaction()
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
        set_config('jit', 'off', true), set_config('enable_sort', ${isEverythingInOrder ? 'off' : 'on'}, true)`.execute(
        trx,
      )
      return work(trx)
    })
}
