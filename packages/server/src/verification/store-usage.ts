import { KeptThread } from '../core/kept-thread.ts'
import type { Database } from '../storage/database.ts'
import { type UsageRow, writeUsage } from './write-usage.ts'

/** So many are written in some milliseconds, less than it takes to start a thread. */
const FEW = 100

/** What the thread is sent. */
export interface UsageTask {
  readonly file: string
  readonly day: number
  readonly rows: readonly UsageRow[]
}

const thread = new KeptThread<UsageTask, void>(new URL('usage-thread.ts', import.meta.url))

/** Writes some rows in one transaction. */
export type StoreUsage = (database: Database, day: number, rows: readonly UsageRow[]) => Promise<void>

/** SQLite would hold up every verification for the time that many rows take: they are written by a thread of their own. */
export const storeAside: StoreUsage = (database, day, rows) =>
  database.engine === 'sqlite' && rows.length > FEW
    ? thread.run({ file: database.file, day, rows })
    : storeHere(database, day, rows)

export const storeHere: StoreUsage = (database, day, rows) =>
  database.note((trx) => writeUsage(trx, database.engine, day, rows))
