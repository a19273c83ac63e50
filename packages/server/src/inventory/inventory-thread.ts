import { parentPort, workerData } from 'node:worker_threads'
import { giveWay } from './give-way.ts'
import type { ThreadOrder } from './in-thread.ts'

/** The thread that `in-thread.ts` starts. Only now it loads what it works with: a thread's start is as much as 5,000 revocations. */
giveWay()
const { carryOut } = await import('./carry-out.ts')
const { file, order } = workerData as { readonly file: string; readonly order: ThreadOrder }
parentPort?.postMessage(await carryOut(file, order))
