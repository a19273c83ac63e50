import { statSync } from 'node:fs'
import type { SqliteDatabase } from '../sqlite.ts'
import { readMainFile } from './main-file.ts'
import type { Sighting, Witness } from './witness.ts'

/** What a killed server saw in its last second is not noted. */
const NOTE_INTERVAL_MS = 1000

/** The database, which notes its state in the witness while it is open, and a last time when it is closed. */
export function witnessed(database: SqliteDatabase, witness: Witness): SqliteDatabase {
  const { file, fence, read } = database
  let fileChangedMs = 0
  let fileEventId = 0
  let noted = ''

  async function note(): Promise<void> {
    fence.assertIntact()
    const state = await readState()
    if (state === undefined) return
    const { mtimeMs } = statSync(file)
    if (mtimeMs !== fileChangedMs) readFile(state.generation)
    fileChangedMs = mtimeMs
    const text = JSON.stringify([state, fileEventId])
    if (text !== noted) witness.note({ ...state, fileEventId, at: Date.now() })
    noted = text
  }

  /** Undefined before the schema is there. */
  function readState(): Promise<Omit<Sighting, 'fileEventId' | 'at'> | undefined> {
    return read
      .selectFrom(['authz_clock', 'database_generation'])
      .leftJoin('audit_chain', 'audit_chain.id', 'authz_clock.id')
      .select(['generation', 'epoch', 'last_id', 'last_digest'])
      .executeTakeFirst()
      .then((row) => row && { ...row, eventId: row.last_id ?? 0, eventDigest: row.last_digest ?? '' })
  }

  /** What a checkpoint has written continues what was in the file; what another program has written may not. */
  function readFile(generation: number): void {
    const main = readMainFile(file)
    if (main === undefined) return
    if (main.generation !== generation || main.eventId < fileEventId) fence.condemn('overwritten')
    fileEventId = main.eventId
  }

  // What cannot be read now is noted the next time; what is wrong with the file, the fence says to everybody.
  const noteIfPossible = () => note().catch(() => {})
  const timer = setInterval(noteIfPossible, NOTE_INTERVAL_MS).unref()

  return {
    ...database,
    async migrate() {
      const ran = await database.migrate()
      await noteIfPossible()
      return ran
    },
    async close() {
      clearInterval(timer)
      await noteIfPossible()
      witness.close()
      await database.close()
    },
  }
}
