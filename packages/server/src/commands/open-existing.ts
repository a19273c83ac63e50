import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { sql } from 'kysely'
import { type Config, ConfigError } from '../config.ts'
import type { Database } from '../storage/database.ts'
import { pendingMigrations } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import { unusable } from './open-migrated.ts'

/**
 * Opens a database to look at it: makes none, and migrates nothing under a server that runs. Throws {@link ConfigError}
 * for one that cannot be used, or whose schema this program does not know.
 */
export async function openExisting({ databaseUrl }: Config): Promise<Database> {
  const isFile = databaseUrl.startsWith('sqlite:')
  if (isFile && !existsSync(resolve(databaseUrl.slice('sqlite:'.length)))) {
    throw new ConfigError('RAMP_DATABASE_URL names a file that is not there.')
  }
  let database: Database | undefined
  try {
    database = openDatabase(databaseUrl)
    await sql`SELECT 1`.execute(database.read)
    if ((await pendingMigrations(database.read)).length === 0) return database
  } catch (error) {
    await database?.close().catch(() => {})
    throw unusable(error)
  }
  await database.close()
  throw new ConfigError('The schema of the database is not up to date: run "ramp-server migrate" first.')
}
