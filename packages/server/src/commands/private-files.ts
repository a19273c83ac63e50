import { chmodSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** SQLite gives the write-ahead log and its index the mode of the database when it creates them. */
const PARTS = ['', '-wal', '-shm']

/** What group and others may do. */
const OTHERS = 0o077

/** The parts of a SQLite database that other users of the machine can open; none on PostgreSQL. */
export function filesOpenToOthers(databaseUrl: string): readonly string[] {
  if (!databaseUrl.startsWith('sqlite:') || process.platform === 'win32') return []
  const file = resolve(databaseUrl.slice('sqlite:'.length))
  return PARTS.map((part) => `${file}${part}`).filter((path) => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
    return (mode & OTHERS) !== 0
  })
}

/**
 * Closes to other users what an earlier version or a copy has left open to them, and says so in one sentence. The
 * umask of the process (main.ts) decides the mode of new files.
 */
export function closeToOthers(databaseUrl: string): void {
  const files = filesOpenToOthers(databaseUrl)
  if (files.length === 0) return
  const list = files.join(', ')
  try {
    for (const path of files) chmodSync(path, 0o600)
    process.stderr.write(`Other users of this machine could read ${list}; now only the user of this server can.\n`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    process.stderr.write(`Other users of this machine can read ${list}, and its mode cannot be changed (${code}).\n`)
  }
}
