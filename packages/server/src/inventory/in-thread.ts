import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { countTokens, TokenCriteria } from '../tokens/token-query.ts'
import type { RevocationOrder, RevocationReport } from './revoke-all.ts'

/** What looks at a great many tokens. */
export type ThreadOrder = { readonly revoke: RevocationOrder } | { readonly count: TokenCriteria }

/** What the thread is sent. */
export interface ThreadTask {
  readonly file: string
  readonly order: ThreadOrder
}

/** SQLite reads, writes and waits for the disk in the thread that calls it: here that would hold up every verification. */
export function revokeInThread(file: string, order: RevocationOrder): Promise<RevocationReport> {
  return inThread(file, { revoke: order })
}

/** As `countTokens`. */
export function countInThread(file: string, criteria: TokenCriteria): ReturnType<typeof countTokens> {
  return inThread(file, { count: criteria })
}

/** Whoever counts asks for a revocation next: what it takes to start a thread, it has then taken. */
const KEPT_MS = 60_000

/** One that is idle, with the timer that ends it. */
let kept: { readonly thread: Worker; readonly end: NodeJS.Timeout } | undefined

async function inThread<Result>(file: string, order: ThreadOrder): Promise<Result> {
  const thread = takeKept() ?? startThread()
  const answered = new AbortController()
  const { signal } = answered
  try {
    thread.postMessage({ file, order } satisfies ThreadTask)
    const exit = once(thread, 'exit', { signal }).then(([code]) => {
      throw new Error(`the thread ended early, with ${code}`)
    })
    // What is thrown in it comes as its error, and rejects here.
    const [result] = (await Promise.race([once(thread, 'message', { signal }), exit])) as [Result]
    keep(thread)
    return result
  } finally {
    answered.abort()
  }
}

function startThread(): Worker {
  const thread = new Worker(new URL('inventory-thread.ts', import.meta.url))
  // Whoever waits for it hears of both. What fails while nobody does is forgotten, and so is the thread.
  thread.on('error', () => {})
  thread.once('exit', () => {
    if (kept?.thread === thread) takeKept()
  })
  return thread
}

function takeKept(): Worker | undefined {
  const thread = kept?.thread
  clearTimeout(kept?.end)
  kept = undefined
  thread?.ref()
  return thread
}

/** Idle, it holds no database open, and no process up. */
function keep(thread: Worker): void {
  thread.unref()
  if (kept !== undefined) void thread.terminate()
  else kept = { thread, end: setTimeout(() => void takeKept()?.terminate(), KEPT_MS).unref() }
}
