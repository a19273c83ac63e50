import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from '../storage/node-sqlite-dialect.ts'
import { DatabaseFileError } from '../storage/sqlite/database-file-error.ts'
import type { Gap } from '../storage/sqlite/gap.ts'
import { type FileState, inspectFile } from '../storage/sqlite/inspect-file.ts'
import { DatabaseInUse, openWitness, type Sighting, type Witness } from '../storage/sqlite/witness.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { applyRestore } from './apply-restore.ts'
import { sync } from './back-up.ts'
import { decide } from './decide.ts'
import { attachFormer } from './former-state.ts'
import { inspectCopy } from './inspect-copy.ts'
import { describeFindings, findRevived } from './plan-restore.ts'
import type { RestoreOptions } from './restore-options.ts'

type Say = (text: string) => void

/**
 * Restores a SQLite database while no process uses it. Throws {@link DatabaseInUse} if one does, and a sentence for
 * whatever else keeps it from being done; then nothing was changed.
 */
export async function restoreFile(file: string, options: RestoreOptions, say: Say): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  const witness = openWitness(file, { isAlone: true })
  try {
    if (options.backup === undefined) await accept(file, witness, options, say)
    else await bringIn(options.backup, file, witness, options, say)
  } finally {
    witness.close()
  }
}

/** Puts a backup in the place of the database, and that aside. */
async function bringIn(backup: string, file: string, witness: Witness, options: RestoreOptions, say: Say) {
  const copy = await inspectCopy(backup)
  const seen = witness.lastSeen()
  const present = readable(file, seen)
  if (present !== undefined) assertUnused(file)
  const working = `${file}.restoring`
  removeAll(working)
  copyFileSync(backup, working, constants.COPYFILE_EXCL)
  chmodSync(working, 0o600)
  try {
    const sighting = await restore(working, {
      options,
      say,
      source: options.compare ?? (present && file),
      afterEventId: copy.eventId,
      gap: { from: copy.eventAt, until: Math.max(copy.eventAt, seen?.at ?? Date.now()) },
      epochs: [copy.epoch, present?.epoch, seen?.epoch],
    })
    if (sighting === undefined) return
    sync(working)
    const aside = moveAside(file)
    renameSync(working, file)
    sync(dirname(file))
    witness.replace(sighting)
    say(`Restored ${copy.accounts} accounts and ${copy.tokens} tokens as of audit event ${copy.eventId}.\n`)
    if (aside !== undefined) say(`The former database is kept as ${aside}.\n`)
  } finally {
    removeAll(working)
  }
}

/** Accepts the database that an operator has put in its place by hand. */
async function accept(file: string, witness: Witness, options: RestoreOptions, say: Say) {
  const seen = witness.lastSeen()
  const state = inspectFile(file, seen)
  if (state === undefined) throw new DatabaseFileError('missing')
  assertUnused(file)
  const sighting = await restore(file, {
    options,
    say,
    source: options.compare,
    afterEventId: state.eventId,
    gap: { from: state.eventAt, until: Math.max(state.eventAt, seen?.at ?? Date.now()) },
    epochs: [state.epoch, seen?.epoch],
  })
  if (sighting === undefined) return
  witness.replace(sighting)
  say('The database is accepted: the server can start.\n')
}

interface Restoration {
  readonly options: RestoreOptions
  readonly say: Say
  readonly source: string | undefined
  readonly afterEventId: number
  readonly gap: Gap
  readonly epochs: readonly (number | undefined)[]
}

/** Undefined after a dry run. */
async function restore(
  file: string,
  { options, say, source, afterEventId, gap, epochs }: Restoration,
): Promise<Sighting | undefined> {
  const now = Date.now()
  const database = openSqlite(file)
  try {
    await database.migrate()
    const former = await attachFormer(database.writer, source, afterEventId)
    const findings = findRevived(database.writer, former, gap.from)
    say(describeFindings(findings, gap))
    if (options.isDryRun) return undefined
    const decision = await decide(findings, options)
    // Servers of which nothing is known have given out no more than a change a second since 1970.
    const leastEpoch = Math.max(Math.floor(now / 1000), ...epochs.map((epoch) => epoch ?? 0))
    return await applyRestore(database, { missing: gap, ended: findings.ended, ...decision, leastEpoch }, now)
  } finally {
    await database.close()
  }
}

/** What the present file says, if it is a sound database. */
function readable(file: string, seen: Sighting | undefined): FileState | undefined {
  try {
    return inspectFile(file, seen)
  } catch (error) {
    if (error instanceof DatabaseFileError && error.fault !== 'no_permission' && error.fault !== 'not_a_file')
      return undefined
    throw error
  }
}

/** The witness tells of servers; this of every other program, `sqlite3` say. */
function assertUnused(file: string): void {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK')
  } catch (error) {
    throw isBusy(error) ? new DatabaseInUse('A server or another program has the database open: stop it first.') : error
  } finally {
    db.close()
  }
}

const SUFFIXES = ['', '-wal', '-shm', '-journal']

/** Left-over logs go with the file that they belong to: beside the backup, SQLite would mix the two. */
function moveAside(file: string): string | undefined {
  const aside = `${file}.before-restore-${new Date().toISOString().replaceAll(':', '.')}`
  const parts = SUFFIXES.filter((suffix) => existsSync(file + suffix))
  for (const suffix of parts) renameSync(file + suffix, aside + suffix)
  return parts.length === 0 ? undefined : aside
}

function removeAll(file: string): void {
  for (const suffix of SUFFIXES) rmSync(file + suffix, { force: true })
}
