import type { Config } from '../config.ts'
import { openDatabase } from '../storage/open-database.ts'

/** Brings the schema up to date and says what ran. */
export async function migrate(config: Config): Promise<void> {
  const database = openDatabase(config.databaseUrl)
  try {
    const names = await database.migrate()
    process.stdout.write(names.length === 0 ? 'The schema is up to date.\n' : `Ran ${names.join(', ')}.\n`)
  } finally {
    await database.close()
  }
}
