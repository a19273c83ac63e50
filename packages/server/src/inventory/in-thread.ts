import type { AuthorityLoss } from '../authority/authority-loss.ts'
import type { CallerContext } from '../authority/authorized.ts'
import { KeptThread } from '../core/kept-thread.ts'
import type { Role } from '../roles/role-catalogue.ts'
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
export function revokeInThread(file: string, order: ThreadRevocation): Promise<ThreadReport> {
  return thread.run({ file, order: { revoke: order } }) as Promise<ThreadReport>
}

/** As `countTokens`. */
export function countInThread(file: string, criteria: TokenCriteria): Promise<Counted> {
  return thread.run({ file, order: { count: criteria } }) as Promise<Counted>
}
