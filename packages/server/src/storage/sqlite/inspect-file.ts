import { accessSync, closeSync, constants, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { DatabaseFileError } from './database-file-error.ts'
import { isDamage } from './file-fence.ts'
import { readMainFile } from './main-file.ts'
import type { Sighting } from './witness.ts'

/** What a database says of itself. */
export interface FileState {
  /** 0 in a database of a version before generations. */
  readonly generation: number
  readonly epoch: number
  readonly eventId: number
  /** When the last event was recorded, epoch milliseconds; 0 without any. */
  readonly eventAt: number
  /** Whether the last event that was seen is there, or was removed by retention. */
  readonly hasSeenEvent: boolean
}

/** A quick check of this much takes about a second. */
const CHECKED_WHOLE_BYTES = 256 * 1024 * 1024

/** The tables that are checked in a larger file: without one of them nothing is decided right. */
const ESSENTIAL_TABLES = [
  'authz_clock',
  'audit_chain',
  'policy',
  'role_grant',
  'group_member',
  'group_nesting',
  'group_role',
  'kysely_migration',
]

/**
 * Checks a database file before a server uses it. To be called while this process has no connection to it: closing the file
 * here would end SQLite's locks. Undefined if the file is a new one. Throws {@link DatabaseFileError}.
 *
 * @param seen What a server last saw of the database, if any did.
 */
export function inspectFile(file: string, seen: Sighting | undefined): FileState | undefined {
  const stat = statFile(file)
  if (stat === undefined || stat.size === 0) {
    if (seen !== undefined) throw new DatabaseFileError('missing')
    return undefined
  }
  if (readMagic(file) !== SQLITE_MAGIC) throw new DatabaseFileError('not_a_database')
  try {
    const hasLog = (statSync(`${realpathSync(file)}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
    if (hasLog && seen !== undefined) assertLogBelongs(file, seen)
    return inspectWhole(file, seen, hasLog || stat.size <= CHECKED_WHOLE_BYTES)
  } catch (error) {
    throw isDamage(error) ? new DatabaseFileError('damaged', { cause: error }) : error
  }
}

function statFile(file: string): Stats | undefined {
  try {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat !== undefined && !stat.isFile()) throw new DatabaseFileError('not_a_file')
    if (stat !== undefined) accessSync(file, constants.R_OK | constants.W_OK)
    return stat
  } catch (error) {
    if (error instanceof DatabaseFileError) throw error
    throw new DatabaseFileError('no_permission', { cause: error })
  }
}

const SQLITE_MAGIC = 'SQLite format 3\0'

function readMagic(file: string): string {
  const magic = Buffer.alloc(SQLITE_MAGIC.length)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, magic, 0, magic.length, 0)
  } finally {
    closeSync(descriptor)
  }
  return magic.toString('latin1')
}

/**
 * A log that a killed server left continues the file as that server left it. Beside an older copy of the file, SQLite would
 * take the two for one database.
 */
function assertLogBelongs(file: string, seen: Sighting): void {
  const main = readMainFile(file)
  if (main !== undefined && main.generation !== seen.generation) throw new DatabaseFileError('foreign_log')
  if ((main?.eventId ?? 0) < seen.fileEventId) throw new DatabaseFileError('foreign_log')
}

function inspectWhole(file: string, seen: Sighting | undefined, isCheckedWhole: boolean): FileState | undefined {
  const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS })
  try {
    const tables = new Set(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all().map(nameOf))
    if (tables.size === 0) return undefined
    if (!tables.has('authz_clock') || !tables.has('kysely_migration')) throw new DatabaseFileError('not_ramp')
    const checks = isCheckedWhole
      ? ['PRAGMA quick_check(1)']
      : ESSENTIAL_TABLES.filter((name) => tables.has(name)).map((name) => `PRAGMA quick_check(${name})`)
    for (const check of checks) {
      if (Object.values(db.prepare(check).get() ?? {})[0] !== 'ok') throw new DatabaseFileError('damaged')
    }
    return readState(db, tables, seen)
  } finally {
    db.close()
  }
}

/** Another process may be writing, or recovering the log. */
const LOCK_WAIT_MS = 5000

const nameOf = (row: object) => (row as { name: string }).name

function readState(db: DatabaseSync, tables: ReadonlySet<string>, seen: Sighting | undefined): FileState {
  const one = <Row>(sql: string, ...values: number[]) => db.prepare(sql).get(...values) as Row | undefined
  const epoch = one<{ epoch: number }>('SELECT epoch FROM authz_clock')?.epoch ?? 0
  const mark = one<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
  const generation = tables.has('database_generation')
    ? (one<{ generation: number }>('SELECT generation FROM database_generation')?.generation ?? 0)
    : 0
  // Parts of two databases.
  if (generation !== mark) throw new DatabaseFileError('damaged')
  const last = one<{ id: number; at: number }>('SELECT id, at FROM audit_event ORDER BY id DESC LIMIT 1')
  const eventId = last?.id ?? 0
  let hasSeenEvent = true
  if (seen !== undefined && seen.eventId > 0) {
    const found = one<{ digest: string }>('SELECT digest FROM audit_event WHERE id = ?', seen.eventId)
    const anchor = one<{ anchor_id: number }>('SELECT anchor_id FROM audit_chain')?.anchor_id ?? 0
    hasSeenEvent = found === undefined ? anchor >= seen.eventId : found.digest === seen.eventDigest
  }
  return { generation, epoch, eventId, eventAt: last?.at ?? 0, hasSeenEvent }
}
