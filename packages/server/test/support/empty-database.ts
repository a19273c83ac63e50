import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Engine } from '../../src/storage/database.ts'
import { createDatabase, type TestDatabase } from './databases.ts'

/** A database as an operator has it before the first start: without a table, on SQLite without a file. */
export async function createEmptyDatabase(engine: Engine): Promise<TestDatabase> {
  const migrated = await createDatabase(engine)
  if (engine === 'postgres') {
    await migrated.sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    return migrated
  }
  const url = migrated.url.replace(/ramp\.db$/, 'data/new.db')
  const path = url.slice('sqlite:'.length)
  return {
    url,
    async sql(text) {
      mkdirSync(dirname(path), { recursive: true })
      const prompt = new DatabaseSync(path)
      try {
        return prompt.prepare(text).all() as never[]
      } finally {
        prompt.close()
      }
    },
    remove: migrated.remove,
  }
}
