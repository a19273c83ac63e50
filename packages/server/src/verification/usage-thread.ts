import { workOff } from '../core/kept-thread.ts'
import type { UsageTask } from './store-usage.ts'

/** The thread that `store-usage.ts` starts. */
await workOff(async () => {
  const { openSqlite } = await import('../storage/sqlite.ts')
  const { writeUsage } = await import('./write-usage.ts')
  return async ({ file, day, rows }: UsageTask) => {
    const database = openSqlite(file)
    try {
      await database.note('usage', (trx) => writeUsage(trx, 'sqlite', day, rows))
    } finally {
      await database.close()
    }
  }
})
