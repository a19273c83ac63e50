import { KeptThread } from '../core/kept-thread.ts'
import type { countTokens, TokenCriteria } from '../tokens/token-query.ts'
import type { RevocationOrder, RevocationReport } from './revoke-all.ts'

/** What looks at a great many tokens. */
export type ThreadOrder = { readonly revoke: RevocationOrder } | { readonly count: TokenCriteria }

/** What the thread is sent. */
export interface ThreadTask {
  readonly file: string
  readonly order: ThreadOrder
}

type Counted = Awaited<ReturnType<typeof countTokens>>

const thread = new KeptThread<ThreadTask, RevocationReport | Counted>(new URL('inventory-thread.ts', import.meta.url))

/** SQLite reads, writes and waits for the disk in the thread that calls it: here that would hold up every verification. */
export function revokeInThread(file: string, order: RevocationOrder): Promise<RevocationReport> {
  return thread.run({ file, order: { revoke: order } }) as Promise<RevocationReport>
}

/** As `countTokens`. */
export function countInThread(file: string, criteria: TokenCriteria): Promise<Counted> {
  return thread.run({ file, order: { count: criteria } }) as Promise<Counted>
}
