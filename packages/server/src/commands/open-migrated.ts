import { type Config, ConfigError } from '../config.ts'
import type { Database } from '../storage/database.ts'
import { openDatabase } from '../storage/open-database.ts'

/** Opens the database and brings its schema up to date. Throws {@link ConfigError} for one that cannot be used. */
export async function openMigrated({
  databaseUrl,
}: Config): Promise<{ database: Database; migrated: readonly string[] }> {
  let database: Database | undefined
  try {
    database = openDatabase(databaseUrl)
    return { database, migrated: await database.migrate() }
  } catch (error) {
    await database?.close().catch(() => {})
    throw unusable(error)
  }
}

/** What to throw where a database could not be opened: a {@link ConfigError} if the database is the cause. */
export function unusable(error: unknown): unknown {
  const fault = databaseFault(error)
  if (fault === undefined) return error
  return new ConfigError(`RAMP_DATABASE_URL names a database that cannot be used: ${fault}.`)
}

/** Primary result codes of SQLite that are about the file, not about a statement. */
const SQLITE_FAULTS: Readonly<Record<number, string>> = {
  5: 'another process keeps it locked',
  8: 'this user may not write it',
  10: 'the disk fails',
  11: 'the file is damaged',
  13: 'the disk is full',
  14: 'the file cannot be opened',
  26: 'the file is something else',
}

/**
 * In words that do not repeat the setting, why a database cannot be used: drivers name hosts, users and paths in
 * theirs. Undefined for what has another cause.
 */
export function databaseFault(error: unknown): string | undefined {
  if (error instanceof AggregateError) return databaseFault(error.errors[0])
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error) return SQLITE_FAULTS[Number(error.errcode) & 0xff]
  const code = 'code' in error ? String(error.code) : ''
  if ('syscall' in error) return error.syscall === 'mkdir' ? `no folder for it (${code})` : `no connection (${code})`
  if (/^timeout exceeded|^Connection terminated/.test(error.message)) return 'no answer'
  if (code.startsWith('28')) return 'it refuses the user or the password'
  if (code === '3D000') return 'the server has no database of that name'
  if (/statement pooling/.test(error.message))
    return 'its connection pooler is in statement mode, and has to be in another'
  if (/^(08|53|57)/.test(code)) return `it takes no connection (${code})`
  return undefined
}
