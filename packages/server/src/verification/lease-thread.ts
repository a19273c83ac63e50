import { workerData } from 'node:worker_threads'
import { holdLease } from '@ramp/verifier/coherence'
import { addNiceness } from '../core/thread-priority.ts'
import { leaseClient } from '../storage/postgres-client.ts'
import { type Board, machineTime, postTo } from './coherence-board.ts'
import { connectNode } from './node-lease.ts'

/** The thread that `coherence-postgres.ts` starts: it holds the lease of this node until it is told to close. */
export interface LeaseThread {
  readonly url: string
  readonly board: Board
}

/**
 * Everybody who changes something waits for it, and it works for half a millisecond a change: it goes before threads that would
 * work for ever.
 */
const NICENESS = -10

addNiceness(NICENESS)
const { url, board } = workerData as LeaseThread
const { listener, onDoubt, onRenewed } = postTo(board)
const close = holdLease({
  listener,
  connect: (events) => connectNode(leaseClient(url), events),
  onDoubt,
  onRenewed,
  time: machineTime,
})
board.port.once('message', async () => {
  await close()
  board.port.close()
})
