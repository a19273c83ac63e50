import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { type Config, ConfigError } from '../config.ts'
import type { Database } from '../storage/database.ts'
import { assertNotNewer, pendingMigrations } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import { openWitness } from '../storage/sqlite/witness.ts'
import { witnessed } from '../storage/sqlite/witnessed.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { fileOf, unusable } from './open-migrated.ts'

/**
 * Opens a database to look at it: makes none, and migrates nothing under a server that runs. Throws {@link ConfigError}
 * for one that cannot be used, or whose schema this program does not know.
 */
export async function openExisting({ databaseUrl }: Config): Promise<Database> {
  const isFile = databaseUrl.startsWith('sqlite:')
  if (isFile && !existsSync(fileOf(databaseUrl))) {
    throw new ConfigError('RAMP_DATABASE_URL names a file that is not there.')
  }
  let database: Database | undefined
  try {
    database = isFile ? openWitnessed(fileOf(databaseUrl)) : openDatabase(databaseUrl)
    await sql`SELECT 1`.execute(database.read)
    await assertNotNewer(database.read)
    if ((await pendingMigrations(database.read)).length === 0) return database
  } catch (error) {
    await database?.close().catch(() => {})
    throw unusable(error)
  }
  await database.close()
  throw new ConfigError('The schema of the database is not up to date: run "ramp-server migrate" first.')
}

function openWitnessed(file: string): Database {
  const witness = openWitness(file)
  try {
    return witnessed(openSqlite(file), witness)
  } catch (error) {
    witness.close()
    throw error
  }
}
