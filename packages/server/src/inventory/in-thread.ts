import type { AuthorityLoss } from '../authority/authority-loss.ts'
import type { CallerContext } from '../authority/authorized.ts'
import { KeptThread } from '../core/kept-thread.ts'
import type { Role } from '../roles/role-catalogue.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import type { countTokens, TokenCriteria } from '../tokens/token-query.ts'
import type { RevocationOrder, RevocationReport } from './revoke-all.ts'

/** A revocation as plain data, with what it takes to judge the caller again at each commit. */
export interface ThreadRevocation extends RevocationOrder {
  readonly caller: CallerContext
  readonly roles: readonly Role[]
}

/** What looks at a great many tokens. */
export type ThreadOrder = { readonly revoke: ThreadRevocation } | { readonly count: TokenCriteria }

/** What the thread is sent. */
export interface ThreadTask {
  readonly file: string
  readonly order: ThreadOrder
}

/** A report, or why the caller may not go on. */
export type ThreadReport = RevocationReport | { readonly loss: AuthorityLoss }

type Counted = Awaited<ReturnType<typeof countTokens>>

const thread = new KeptThread<ThreadTask, ThreadReport | Counted>(new URL('inventory-thread.ts', import.meta.url))

/** SQLite reads, writes and waits for the disk in the thread that calls it: here that would hold up every verification. */
export function revokeInThread(database: SqliteDatabase, order: ThreadRevocation): Promise<ThreadReport> {
  return runFenced(database, { revoke: order }) as Promise<ThreadReport>
}

/** As `countTokens`. */
export function countInThread(database: SqliteDatabase, criteria: TokenCriteria): Promise<Counted> {
  return runFenced(database, { count: criteria }) as Promise<Counted>
}

/** The thread opens the file by its name: its answer counts if that still leads to the file of this process. */
async function runFenced({ file, fence }: SqliteDatabase, order: ThreadOrder): Promise<ThreadReport | Counted> {
  fence.assertIntact()
  const result = await thread.run({ file, order })
  fence.assertIntact()
  return result
}
