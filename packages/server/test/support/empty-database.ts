import { sql } from 'kysely'
import type { Engine } from '../../src/storage/database.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { createDatabase, type TestDatabase } from './databases.ts'

/** A database as an operator has it before the first start: without a table, on SQLite without a file. */
export async function createEmptyDatabase(engine: Engine): Promise<TestDatabase> {
  const migrated = await createDatabase(engine)
  if (engine === 'postgres') {
    await migrated.sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    return migrated
  }
  const url = migrated.url.replace(/ramp\.db$/, 'data/new.db')
  return {
    url,
    async sql(text) {
      const prompt = openDatabase(url)
      try {
        return (await prompt.write((trx) => sql.raw<never>(text).execute(trx))).rows
      } finally {
        await prompt.close()
      }
    },
    remove: migrated.remove,
  }
}
