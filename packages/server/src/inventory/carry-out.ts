import { openSqlite } from '../storage/sqlite.ts'
import { countTokens } from '../tokens/token-query.ts'
import type { ThreadTask } from './in-thread.ts'
import { revokeAll } from './revoke-all.ts'

/** Does what a thread was sent, by connections of its own. */
export async function carryOut({ file, order }: ThreadTask) {
  const database = openSqlite(file, { writesManyRows: 'revoke' in order })
  try {
    return await ('revoke' in order ? revokeAll(database, order.revoke) : countTokens(database.read, order.count))
  } finally {
    await database.close()
  }
}
