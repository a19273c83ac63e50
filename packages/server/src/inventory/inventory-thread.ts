import { parentPort, workerData } from 'node:worker_threads'
import { openSqlite } from '../storage/sqlite.ts'
import { countTokens } from '../tokens/token-query.ts'
import type { ThreadOrder } from './in-thread.ts'
import { revokeAll } from './revoke-all.ts'

/** The thread that `in-thread.ts` starts: it works by connections of its own and reports. */
const { file, order } = workerData as { readonly file: string; readonly order: ThreadOrder }
const database = openSqlite(file, { writesManyRows: 'revoke' in order })
try {
  const result = 'revoke' in order ? revokeAll(database, order.revoke) : countTokens(database.read, order.count)
  parentPort?.postMessage(await result)
} finally {
  await database.close()
}
