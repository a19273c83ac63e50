import { parentPort } from 'node:worker_threads'
import { addNiceness } from '../core/thread-priority.ts'
import type { ThreadTask } from './in-thread.ts'

/**
 * Beside a thread that wants all of a core it gets a quarter of it: verification keeps the rest, and a revocation, which
 * holds the write lock meanwhile, still comes to its end on a machine that is never idle.
 */
const NICENESS = 5

/** The thread that `in-thread.ts` starts. Only now it loads what it works with: a thread's start is as much as 5,000 revocations. */
addNiceness(NICENESS)
const { carryOut } = await import('./carry-out.ts')
parentPort?.on('message', async ({ file, order }: ThreadTask) => {
  // What is thrown ends this thread, and reaches whoever sent the order.
  parentPort?.postMessage(await carryOut(file, order))
})
