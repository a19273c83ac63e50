import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { sql } from 'kysely'
import { type Config, ConfigError } from '../config.ts'
import { FAULTS } from '../operations/check.ts'
import { GENERATION } from '../operations/check-postgres.ts'
import type { Database } from '../storage/database.ts'
import { UnknownSchema } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import { UnusableDatabase } from '../storage/sqlite/database-file-error.ts'
import { assertContinues } from '../storage/sqlite/gap.ts'
import { inspectFile } from '../storage/sqlite/inspect-file.ts'
import { openWitness } from '../storage/sqlite/witness.ts'
import { witnessed } from '../storage/sqlite/witnessed.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { databaseFault } from './database-fault.ts'
import { closeToOthers } from './private-files.ts'

/** Opens the database and brings its schema up to date. Throws {@link ConfigError} for one that cannot be used. */
export async function openMigrated({
  databaseUrl,
}: Config): Promise<{ database: Database; migrated: readonly string[] }> {
  let database: Database | undefined
  try {
    database = databaseUrl.startsWith('sqlite:') ? openSound(fileOf(databaseUrl)) : openDatabase(databaseUrl)
    const migrated = await database.migrate()
    await assertNoDump(database)
    // Only now is it certain that the file is a database of ours.
    closeToOthers(databaseUrl)
    return { database, migrated }
  } catch (error) {
    await database?.close().catch(() => {})
    throw unusable(error)
  }
}

export const fileOf = (databaseUrl: string) => resolve(databaseUrl.slice('sqlite:'.length))

/** Opens a file that is whole, and is the database that the servers saw last, or a later state of it. */
function openSound(file: string): Database {
  mkdirSync(dirname(file), { recursive: true })
  const witness = openWitness(file)
  try {
    const seen = witness.lastSeen()
    const state = inspectFile(file, seen)
    if (state !== undefined && seen !== undefined) assertContinues(state, seen)
    return witnessed(openSqlite(file), witness)
  } catch (error) {
    witness.close()
    throw error
  }
}

/** A dump may be older than revocations that were answered. */
async function assertNoDump({ engine, read }: Database): Promise<void> {
  if (engine === 'sqlite') return
  const { rows } = await sql.raw<{ is_own: boolean }>(GENERATION).execute(read)
  if (rows[0]?.is_own !== true) throw new ConfigError(FAULTS.loaded_from_dump.message)
}

/** What to throw where a database could not be opened: a {@link ConfigError} if the database is the cause. */
export function unusable(error: unknown): unknown {
  if (error instanceof UnusableDatabase || error instanceof UnknownSchema) return new ConfigError(error.message)
  const fault = databaseFault(error)
  if (fault === undefined) return error
  return new ConfigError(`RAMP_DATABASE_URL names a database that cannot be used: ${fault}.`)
}
