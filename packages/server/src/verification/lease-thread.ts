import { workerData } from 'node:worker_threads'
import { holdLease } from '@ramp/verifier/coherence'
import { leaseClient } from '../storage/postgres-client.ts'
import { type Board, machineTime, postTo } from './coherence-board.ts'
import { connectNode } from './node-lease.ts'

/** The thread that `coherence-postgres.ts` starts: it holds the lease of this node until it is told to close. */
export interface LeaseThread {
  readonly url: string
  readonly board: Board
}

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
