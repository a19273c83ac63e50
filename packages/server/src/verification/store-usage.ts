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

/** Writes some rows in one transaction. SQLite would hold up every verification for the time that many take. */
export async function storeUsage(database: Database, day: number, rows: readonly UsageRow[]): Promise<void> {
  if (database.engine === 'sqlite' && rows.length > FEW) await thread.run({ file: database.file, day, rows })
  else await database.note((trx) => writeUsage(trx, database.engine, day, rows))
}
