import type { AuthorityLoss } from '../authority/authority-loss.ts'
import { authorized } from '../authority/authorized.ts'
import { RoleCatalogue } from '../roles/role-catalogue.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { countTokens } from '../tokens/token-query.ts'
import type { ThreadReport, ThreadRevocation, ThreadTask } from './in-thread.ts'
import { revokeAll } from './revoke-all.ts'

/** Does what a thread was sent, by connections of its own. */
export async function carryOut({ file, order }: ThreadTask) {
  const database = openSqlite(file, { writesManyRows: 'revoke' in order })
  try {
    return await ('revoke' in order ? revoke(database, order.revoke) : countTokens(database.read, order.count))
  } finally {
    await database.close()
  }
}

/** Only data leaves the thread, so the loss of authority is returned, not thrown. */
class AuthorityLost extends Error {
  readonly loss: AuthorityLoss

  constructor(loss: AuthorityLoss) {
    super('The caller has lost authority.')
    this.loss = loss
  }
}

async function revoke(database: SqliteDatabase, { caller, roles, ...order }: ThreadRevocation): Promise<ThreadReport> {
  const startedAt = performance.now()
  const context = authorized(caller, {
    catalogue: new RoleCatalogue(roles),
    // The request's own clock, which goes on.
    clock: () => caller.now + (performance.now() - startedAt),
    refuse: (loss) => new AuthorityLost(loss),
  })
  try {
    return await revokeAll(database, context, order)
  } catch (error) {
    if (error instanceof AuthorityLost) return { loss: error.loss }
    throw error
  }
}
