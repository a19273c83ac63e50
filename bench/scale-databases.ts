import { join } from 'node:path'
import type { Database, Engine } from '../packages/server/src/storage/database.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import type { Row } from './statistics.ts'

export type { Database, Engine }

/** Measures on a new, migrated database of each engine, one after the other. */
export async function onEach(
  folder: string,
  measure: (database: Database, url: string, engine: Engine) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  const on = async (url: string, engine: Engine) => {
    const database = openDatabase(url)
    try {
      await database.migrate()
      rows.push(...(await measure(database, url, engine)))
    } finally {
      await database.close()
    }
  }
  await on(`sqlite:${join(folder, `${crypto.randomUUID()}.db`)}`, 'sqlite')
  const postgres = await startPostgres()
  try {
    await postgres.createDatabase('scale')
    await on(`${postgres.url}/scale`, 'postgres')
  } finally {
    await postgres.stop()
  }
  return rows
}
