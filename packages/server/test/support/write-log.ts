import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Database, Transaction } from '../../src/storage/database.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import type { TestServer } from './test-app.ts'

/**
 * From here on the database itself writes down each row that anybody inserts, updates or deletes, by triggers of its
 * own: nothing that the server does can go unseen.
 */
export async function watchWrites(server: TestServer) {
  // Leases are renewed whatever is asked; what is counted here is what somebody's call writes.
  const indexes = server.engine === 'sqlite' ? await searchTablesOf(server) : []
  const tables = (await tablesOf(server)).filter((table) => table !== 'verifier' && !indexes.includes(table))
  await server.sql('CREATE TABLE write_log (table_name TEXT NOT NULL)')
  if (server.engine === 'postgres') {
    await server.sql(`CREATE FUNCTION log_write() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO write_log VALUES (TG_TABLE_NAME); RETURN NULL; END $$`)
  }
  for (const table of tables) {
    for (const operation of ['INSERT', 'UPDATE', 'DELETE']) {
      const action =
        server.engine === 'sqlite'
          ? `BEGIN INSERT INTO write_log VALUES ('${table}'); END`
          : 'FOR EACH ROW EXECUTE FUNCTION log_write()'
      await server.sql(`CREATE TRIGGER ${table}_logged_${operation} AFTER ${operation} ON ${table} ${action}`)
    }
  }
  return {
    /** The table of each row written since the last call. */
    async taken(): Promise<string[]> {
      const rows = await server.sql<{ table_name: string }>('DELETE FROM write_log RETURNING table_name')
      return rows.map((row) => row.table_name)
    },
  }
}

/** SQLite's search indexes are tables of their own kind: they have no triggers, and follow the tables that have. */
async function searchTablesOf(server: TestServer): Promise<string[]> {
  const rows = await server.sql<{ name: string }>(
    "SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')",
  )
  return rows.map((row) => row.name)
}

/** Where the use of a token is written: when it was, how often on that day, from where. */
const USAGE_TABLES: ReadonlySet<string> = new Set(['token_usage', 'token_unused', 'token_day', 'token_client'])

/**
 * Asserts that what was written is one token's use and nothing else, once; or twice, since the server's own timer may have
 * come in between. It is never a row a call.
 */
export function expectOneUse(written: readonly string[]): void {
  expect(written.filter((table) => !USAGE_TABLES.has(table))).toEqual([])
  const times = Map.groupBy(written, (table) => table)
  for (const [table, rows] of times) expect(rows.length, table).toBeLessThanOrEqual(2)
}

/** Every table of the schema but the migrator's own. */
export async function tablesOf(server: Pick<TestServer, 'engine' | 'sql'>): Promise<string[]> {
  const rows = await server.sql<{ name: string }>(
    server.engine === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%'"
      : "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely_%'",
  )
  return rows.map((row) => row.name)
}

/**
 * Runs `work` while a transaction of somebody else keeps every row of every table from being written: whatever waits
 * for a write does not come back until `work` is done.
 */
export async function whileNobodyCanWrite<T>(server: TestServer, work: () => Promise<T>): Promise<T> {
  const other: Database = openDatabase(server.testDatabase.url)
  const tables = await tablesOf(server)
  try {
    // On SQLite, a transaction that may write has the one write lock from its start.
    return await other.write('maintenance', async (trx) => {
      if (server.engine === 'postgres') await lockTables(trx, tables)
      return work()
    })
  } finally {
    await other.close()
  }
}

/** EXCLUSIVE lets others read, and nobody write or lock a row. */
async function lockTables(trx: Transaction, tables: readonly string[]): Promise<void> {
  await sql.raw(`LOCK TABLE ${tables.join(', ')} IN EXCLUSIVE MODE`).execute(trx)
}
