import { KeptThread } from '../core/kept-thread.ts'
import type { Database } from '../storage/database.ts'
import { type UsageRow, writeUsage } from './write-usage.ts'

/** What the thread is sent. */
export interface UsageTask {
  readonly file: string
  readonly day: number
  readonly rows: readonly UsageRow[]
}

const thread = new KeptThread<UsageTask, void>(new URL('usage-thread.ts', import.meta.url))

/**
 * Writes some rows in one transaction. `isAside`: not in this thread, where SQLite would hold up every verification for the
 * time that many rows take.
 */
export function storeUsage(
  database: Database,
  day: number,
  rows: readonly UsageRow[],
  isAside: boolean,
): Promise<void> {
  return isAside && database.engine === 'sqlite'
    ? thread.run({ file: database.file, day, rows })
    : database.note('usage', (trx) => writeUsage(trx, database.engine, day, rows))
}
