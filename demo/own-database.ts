import { sql } from 'kysely'
import type { Database } from '../packages/server/src/storage/database.ts'

/** The sample organisation's mark on its database: a table that the server does not know. */

export type DatabaseState = 'empty' | 'foreign' | 'half made' | 'ours'

/** Whose database this is; only looks. */
export async function stateOf(database: Database): Promise<DatabaseState> {
  const tables = await tablesOf(database)
  if (tables.length === 0) return 'empty'
  if (tables.includes('demo_organisation')) {
    const { rows } = await sql`SELECT made_at FROM demo_organisation`.execute(database.read)
    return rows.length > 0 ? 'ours' : 'half made'
  }
  if (!tables.includes('account')) return 'foreign'
  // A schema of ours in which nobody has ever been.
  return (await database.read.selectFrom('account').select('id').limit(1).execute()).length > 0 ? 'foreign' : 'empty'
}

async function tablesOf({ engine, read }: Database): Promise<string[]> {
  const { rows } = await (engine === 'sqlite'
    ? sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
    : sql<{ name: string }>`SELECT table_name AS name FROM information_schema.tables
          WHERE table_schema = current_schema()`
  ).execute(read)
  return rows.map(({ name }) => name)
}

export async function markBegun(database: Database): Promise<void> {
  await database.write('command', (trx) => sql`CREATE TABLE demo_organisation (made_at BIGINT NOT NULL)`.execute(trx))
}

export async function markMade(database: Database, now: number): Promise<void> {
  await database.write('command', (trx) => sql`INSERT INTO demo_organisation (made_at) VALUES (${now})`.execute(trx))
}
