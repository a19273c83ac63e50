import { Worker } from 'node:worker_threads'
import type { countTokens, TokenCriteria } from '../tokens/token-query.ts'
import type { RevocationOrder, RevocationReport } from './revoke-all.ts'

/** What looks at a great many tokens. */
export type ThreadOrder = { readonly revoke: RevocationOrder } | { readonly count: TokenCriteria }

/** SQLite reads, writes and waits for the disk in the thread that calls it: here that would hold up every verification. */
export function revokeInThread(file: string, order: RevocationOrder): Promise<RevocationReport> {
  return inThread(file, { revoke: order })
}

/** As `countTokens`. */
export function countInThread(file: string, criteria: TokenCriteria): ReturnType<typeof countTokens> {
  return inThread(file, { count: criteria })
}

function inThread<Result>(file: string, order: ThreadOrder): Promise<Result> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('inventory-thread.ts', import.meta.url), { workerData: { file, order } })
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`the thread ended early, with ${code}`)))
  })
}
