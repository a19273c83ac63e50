import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { assertStillHolds, type Behind, type CheckReads, listChanges } from './authority.ts'
import { runToCommit } from './before-commit.ts'
import type { DatabaseBase, Reader, Transaction } from './database.ts'
import { runMigrations } from './migrate.ts'
import { isBusy, NodeSqliteDialect } from './node-sqlite-dialect.ts'
import { Settlement } from './settlement.ts'
import { sqliteLeases } from './sqlite-leases.ts'
import type { Tables } from './tables.ts'

export interface SqliteDatabase extends DatabaseBase {
  readonly engine: 'sqlite'
  /** Where it is: for a thread that opens connections of its own. */
  readonly file: string
  /** A further connection that can only read, with its own view of `PRAGMA data_version`. The caller closes it. */
  openReader(): DatabaseSync
  /** The connection that writes: for tests that fill the disk, and for nothing else. */
  readonly writer: DatabaseSync
}

/** For a connection that writes many rows: pages wait in memory, and go from the log into the file several at once. */
const FOR_MANY_ROWS = 'PRAGMA cache_size = -64000; PRAGMA wal_autocheckpoint = 4000'

/**
 * Opens (and creates) a SQLite file: one connection that writes, one that reads. WAL, so that reading never waits for
 * writing, and `synchronous=FULL`, so that an answered change outlives a power cut.
 */
export function openSqlite(path: string, { writesManyRows = false } = {}): SqliteDatabase {
  const file = resolve(path)
  mkdirSync(dirname(file), { recursive: true })
  const writer = openWriter(file)
  if (writesManyRows) writer.exec(FOR_MANY_ROWS)
  const openReader = () => {
    const reader = new DatabaseSync(file, { timeout: 0 })
    reader.exec('PRAGMA query_only = ON')
    return reader
  }
  const write = new Kysely<Tables>({ dialect: new NodeSqliteDialect(writer) })
  const read = new Kysely<Tables>({ dialect: new NodeSqliteDialect(openReader()) })
  const verifiers = sqliteLeases(() => openWriter(file), file)
  const settlement = new Settlement(verifiers.settledEpoch)

  function commit<T>(behind: Behind, work: (trx: Transaction) => Promise<T>) {
    return write.transaction().execute(async (trx) => {
      const before = await readEpoch(trx)
      // The write lock is held from here to the commit: no other change can come between.
      if (typeof behind !== 'string') await assertStillHolds(behind, before, readsOf(trx))
      const result = await runToCommit(trx, 'sqlite', work)
      const epoch = await readEpoch(trx)
      return { result, epoch, isOwn: epoch > before, isAwaited: await verifiers.concerns(trx) }
    })
  }

  return {
    engine: 'sqlite',
    file,
    read,
    writer,
    openReader,
    leases: verifiers.leases,
    settlement,
    async write(behind, work) {
      const { result, epoch, isAwaited } = await commit(behind, work)
      // Its own, or one that it may have found made: a repetition must not be answered before what it repeats.
      if (isAwaited) await settlement.settled(epoch)
      return result
    },
    async note(behind, work) {
      const { result, epoch, isOwn, isAwaited } = await commit(behind, work)
      if (isOwn && isAwaited) await settlement.settled(epoch)
      return result
    },
    async assertHolds(authority) {
      await assertStillHolds(authority, await readEpoch(read), readsOf(read))
    },
    async migrate() {
      const ran = await runMigrations(write, 'sqlite')
      await verifiers.noteRun()
      return ran
    },
    async close() {
      verifiers.close()
      await read.destroy()
      await write.destroy()
    },
  }
}

const readsOf = (db: Reader): CheckReads => ({ changes: (...span) => listChanges(db, ...span), committed: db })

async function readEpoch(db: Reader): Promise<number> {
  const { epoch } = await db.selectFrom('authz_clock').select('epoch').executeTakeFirstOrThrow()
  return epoch
}

/** How long a process that opens a new file waits for others that open it, too: at a first start of several at once. */
const OPENING_WAIT_MS = 5000

function openWriter(file: string): DatabaseSync {
  const writer = new DatabaseSync(file, { timeout: OPENING_WAIT_MS })
  const giveUpAt = performance.now() + OPENING_WAIT_MS
  for (;;) {
    try {
      writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
      break
    } catch (error) {
      // The change to WAL, made once in the life of a file, does not always wait as it was told to.
      if (!isBusy(error) || performance.now() > giveUpAt) throw error
    }
  }
  // From here on nothing waits inside SQLite, which would hold up the event loop.
  writer.exec('PRAGMA busy_timeout = 0')
  // What a statement needs to undo itself alone is kept in memory: a file for it was a third of what many updates wrote.
  writer.exec('PRAGMA temp_store = MEMORY')
  return writer
}
