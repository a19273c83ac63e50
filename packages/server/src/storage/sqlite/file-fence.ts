import { openSync, realpathSync, type Stats, statSync } from 'node:fs'
import { DatabaseFileError, type FileFault } from './database-file-error.ts'
import { leastWalBytes, readWalIndex, readWalSalts } from './wal-index.ts'

/*
 * Refuses a database file that is not the one that was opened, or that another program writes to.
 *
 * SQLite opens by name once and then reads by its descriptor. It does not see that the name leads elsewhere (`mv`, a
 * link, `rm`), and takes what `cp` writes over the file for its own pages. So the fence compares:
 *
 * - the device and inode at the name with those that were opened;
 * - the modification time and size of the file. In WAL mode only a checkpoint changes these, and each checkpoint moves
 *   counters in the wal-index. A change without such a move is another program's.
 * - the inode, the size and the salts of the write-ahead log with the wal-index.
 *
 * Once anything is wrong, it stays wrong until the process is started anew: nobody knows what was read meanwhile.
 */

/** Answers from memory rely on a check that is no older than this. */
const RECENT_MS = 100

export interface FileFence {
  /** One look at the file itself, some 2 µs; once in a while at its log as well. Throws {@link DatabaseFileError}. */
  assertIntact(): void
  /** The same, if the last check was longer ago than that. `nowMs`: by `performance.now()`. */
  assertRecentlyIntact(nowMs: number): void
  /** To be called with what SQLite has thrown: a damaged file is refused from then on. */
  noteError(error: unknown): void
  /** Refuses the file from now on. Throws {@link DatabaseFileError}. */
  condemn(fault: FileFault): never
}

/** For a connection that another one is fenced for. */
export const UNFENCED: FileFence = {
  assertIntact() {},
  assertRecentlyIntact() {},
  noteError() {},
  condemn(fault) {
    throw new DatabaseFileError(fault)
  },
}

export function openFileFence(file: string): FileFence {
  // SQLite follows links before it names these two.
  const real = realpathSync(file)
  const names = { main: file, log: `${real}-wal`, index: `${real}-shm` }
  const opened = { log: statOf(names.log), index: statOf(names.index) }
  const log = keepOpen(names.log, opened.log)
  const index = keepOpen(names.index, opened.index)
  let known = { checkpoint: readWalIndex(index).checkpoint, main: statOf(names.main) }
  let checkedMs = performance.now()
  let fault: DatabaseFileError | undefined

  function refuse(found: FileFault): never {
    fault ??= new DatabaseFileError(found)
    throw fault
  }

  function assertMain(): void {
    const main = statSync(names.main, { throwIfNoEntry: false })
    if (main === undefined) refuse('missing')
    if (!isSame(main, known.main)) refuse('replaced')
    if (main.mtimeMs === known.main.mtimeMs && main.size === known.main.size) return
    // Read after the file was looked at: a checkpoint announces itself before it writes.
    const { checkpoint, isCheckpointing } = readWalIndex(index)
    if (checkpoint === known.checkpoint && !isCheckpointing) refuse('overwritten')
    known = { checkpoint, main: statOf(names.main) }
  }

  function assertLog(): void {
    const before = readWalIndex(index)
    const found = statSync(names.log, { throwIfNoEntry: false })
    const foundIndex = statSync(names.index, { throwIfNoEntry: false })
    if (!found || !foundIndex || !isSame(found, opened.log) || !isSame(foundIndex, opened.index)) refuse('log_missing')
    if (found.size < leastWalBytes(before)) refuse('log_overwritten')
    const salts = readWalSalts(log)
    // The log may have been restarted meanwhile.
    const hasStayed = readWalIndex(index).salts === before.salts
    if (before.frames > 0 && hasStayed && salts !== before.salts) refuse('log_overwritten')
  }

  function assertAll(nowMs: number): void {
    assertMain()
    assertLog()
    checkedMs = nowMs
  }

  return {
    assertIntact() {
      if (fault !== undefined) throw fault
      const nowMs = performance.now()
      if (nowMs - checkedMs > RECENT_MS) assertAll(nowMs)
      else assertMain()
    },
    assertRecentlyIntact(nowMs) {
      if (fault !== undefined) throw fault
      if (nowMs - checkedMs > RECENT_MS) assertAll(nowMs)
    },
    noteError(error) {
      if (isDamage(error)) fault ??= new DatabaseFileError('damaged', { cause: error })
    },
    condemn: refuse,
  }
}

const isSame = (one: Stats, other: Stats) => one.ino === other.ino && one.dev === other.dev

function statOf(name: string): Stats {
  const found = statSync(name, { throwIfNoEntry: false })
  if (found === undefined) throw new DatabaseFileError('missing')
  return found
}

const descriptors = new Map<string, number>()

/**
 * For the life of the process: `close` of any descriptor of a file ends all POSIX locks that the process holds on it,
 * SQLite's own among them (sqlite.org/howtocorrupt.html, section 2.2).
 */
function keepOpen(name: string, { dev, ino }: Stats): number {
  const key = `${dev} ${ino}`
  const descriptor = descriptors.get(key) ?? openSync(name, 'r')
  descriptors.set(key, descriptor)
  return descriptor
}

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/** Whether SQLite has found that the file is not what it should be. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error && 'errcode' in error)) return false
  const code = Number(error.errcode) & 0xff
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}
