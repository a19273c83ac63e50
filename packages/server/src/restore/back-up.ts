import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { openFileFence } from '../storage/sqlite/file-fence.ts'
import { type Copy, inspectCopy } from './inspect-copy.ts'

/** All pages in one step: between steps, a change by a server would begin the copy anew. */
const ALL_PAGES = 2 ** 31 - 1

/**
 * Copies a SQLite database while servers use it, verifies the copy, and gives it its name last. The copy is one file that
 * only this user may read. Throws if `path` is taken, or a sentence if the copy is not sound.
 */
export async function backUp(file: string, path: string): Promise<Copy> {
  if (existsSync(path)) throw new Error(`${path} is there already: a backup overwrites nothing.`)
  const partial = `${path}.partial-${process.pid}`
  closeSync(openSync(partial, 'wx', 0o600))
  try {
    await copyPages(file, partial)
    packIntoOneFile(partial)
    const copy = await inspectCopy(partial)
    chmodSync(partial, 0o600)
    sync(partial)
    // Unlike a rename, a link refuses a name that somebody has taken meanwhile.
    linkSync(partial, path)
    sync(dirname(path))
    return copy
  } finally {
    rmSync(partial, { force: true })
  }
}

async function copyPages(file: string, to: string): Promise<void> {
  const source = new DatabaseSync(file, { timeout: 5000 })
  try {
    source.prepare('SELECT count(*) FROM sqlite_schema').get()
    const fence = openFileFence(file)
    await backup(source, to, { rate: ALL_PAGES })
    fence.assertIntact()
  } finally {
    source.close()
  }
}

/** A database in WAL mode makes two files beside it when it is opened. */
function packIntoOneFile(file: string): void {
  const copy = new DatabaseSync(file)
  copy.exec('PRAGMA journal_mode = DELETE')
  copy.close()
}

/** To the disk. A folder keeps names, a file its content. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
