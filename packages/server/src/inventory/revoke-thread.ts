import { parentPort, workerData } from 'node:worker_threads'
import { openSqlite } from '../storage/sqlite.ts'
import { type RevocationOrder, revokeAll } from './revoke-all.ts'

/** The thread that `revokeMatching` starts: it counts and revokes by connections of its own and reports. */
const { file, order } = workerData as { readonly file: string; readonly order: RevocationOrder }
const database = openSqlite(file, { writesManyRows: true })
try {
  parentPort?.postMessage(await revokeAll(database, order))
} finally {
  await database.close()
}
