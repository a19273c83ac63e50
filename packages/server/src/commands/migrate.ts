import type { Config } from '../config.ts'
import { openMigrated } from './open-migrated.ts'

/** Brings the schema up to date and says what ran. */
export async function migrate(config: Config): Promise<void> {
  const { database, migrated } = await openMigrated(config)
  await database.close()
  process.stdout.write(migrated.length === 0 ? 'The schema is up to date.\n' : `Ran ${migrated.join(', ')}.\n`)
}
