import { MessageChannel, Worker } from 'node:worker_threads'
import type { Coherence, StaleState } from '@ramp/verifier/coherence'
import type { PostgresDatabase } from '../storage/postgres.ts'
import { type Board, type BoardHears, boardSize, followBoard } from './coherence-board.ts'
import type { LeaseThread } from './lease-thread.ts'

/**
 * Keeps a cache of this node equal to a PostgreSQL primary. The lease is held by a thread of its own: however busy or
 * blocked this one is, no change waits for it, and it loses no lease (docs/decisions/0021).
 */
export function postgresCoherence(
  { url }: Pick<PostgresDatabase, 'url'>,
  cache: StaleState,
  hears: BoardHears,
): Coherence & { close(): Promise<void> } {
  const { port1: ours, port2: theirs } = new MessageChannel()
  const board: Board = { shared: new SharedArrayBuffer(boardSize), port: ours }
  const workerData: LeaseThread = { url, board: { shared: board.shared, port: theirs } }
  // What goes wrong in it that it does not expect ends the process, as it would in this thread.
  const thread = new Worker(new URL('lease-thread.ts', import.meta.url), { workerData, transferList: [theirs] })
  const exit = new Promise((resolve) => thread.once('exit', resolve))
  const { hear, ...coherence } = followBoard(board, cache, hears)
  ours.on('message', hear)
  return {
    ...coherence,
    async close() {
      ours.postMessage('close')
      await exit
      ours.close()
    },
  }
}
