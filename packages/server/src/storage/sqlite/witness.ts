import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from '../node-sqlite-dialect.ts'
import { UnusableDatabase } from './database-file-error.ts'
import { isDamage } from './file-fence.ts'

/*
 * What the servers last saw of a SQLite database, in a small file beside it (`<file>-witness`). A database that is put in
 * its place tells by it that it is older, or another one. The witness is a SQLite database itself, so any number of
 * processes can write it, and its locks tell which processes are there: they end with the process, however it ends.
 */

/** A state of the database. */
export interface Sighting {
  readonly generation: number
  /** The count of authorization changes. */
  readonly epoch: number
  /** The last audit event. */
  readonly eventId: number
  readonly eventDigest: string
  /** The last audit event that a checkpoint has brought into the database file itself; later ones are in its log. */
  readonly fileEventId: number
  /** When that was seen, epoch milliseconds. */
  readonly at: number
}

export interface Witness {
  /** The latest state of the database that any server has seen. */
  lastSeen(): Sighting | undefined
  /** A later state of the same database. An earlier one changes nothing. */
  note(sighting: Sighting): void
  /** From now on this is the database: for a restore. */
  replace(sighting: Sighting): void
  close(): void
}

/** Another process has the database open, or restores it. */
export class DatabaseInUse extends UnusableDatabase {}

export const witnessOf = (file: string) => `${file}-witness`

/**
 * Opens the witness of a database file for as long as the process uses that. `isAlone`: no other process may use it
 * meanwhile. Throws {@link DatabaseInUse}.
 */
export function openWitness(file: string, { isAlone = false } = {}): Witness {
  const name = witnessOf(file)
  if (!existsSync(name)) closeSync(openSync(name, 'a', 0o600))
  const db = new DatabaseSync(name, { timeout: OPENING_WAIT_MS })
  try {
    // Before the first access: it decides which locks that takes, and keeps.
    if (isAlone) db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    db.exec(TABLE)
  } catch (error) {
    db.close()
    if (isDamage(error)) throw new UnusableDatabase(DAMAGED)
    throw isBusy(error) ? new DatabaseInUse(isAlone ? IN_USE : BEING_RESTORED) : error
  }
  const select = db.prepare(SELECT)
  const upsert = db.prepare(UPSERT)
  const write = ({ generation, epoch, eventId, eventDigest, fileEventId, at }: Sighting) =>
    void upsert.run(generation, epoch, eventId, eventDigest, fileEventId, at)
  return {
    lastSeen: () => select.get() as Sighting | undefined,
    note: write,
    replace(sighting) {
      db.exec('DELETE FROM sighting')
      write(sighting)
    },
    close: () => db.close(),
  }
}

/** Servers write it in microseconds; only a restore keeps it longer. */
const OPENING_WAIT_MS = 2000

const IN_USE = 'A server or another program has the database open: stop it first.'
const DAMAGED =
  'The file beside the database whose name ends in "-witness" is damaged: remove it if you know that the database is the latest.'
const BEING_RESTORED = 'The database is being restored: try again when that is done.'

const TABLE = `CREATE TABLE IF NOT EXISTS sighting (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  event_digest TEXT NOT NULL,
  file_event_id INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT`

const SELECT = `SELECT generation, epoch, event_id AS eventId, event_digest AS eventDigest,
  file_event_id AS fileEventId, at FROM sighting`

const UPSERT = `INSERT INTO sighting (id, generation, epoch, event_id, event_digest, file_event_id, at)
  VALUES (1, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, event_id = excluded.event_id,
    event_digest = excluded.event_digest, file_event_id = max(file_event_id, excluded.file_event_id), at = excluded.at
  WHERE excluded.generation = generation AND excluded.epoch >= epoch AND excluded.event_id >= event_id`
