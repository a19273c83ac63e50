import { readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

/**
 * Beside a thread that wants all of a core it gets a quarter of it: verification keeps the rest, and a revocation, which
 * holds the write lock meanwhile, still comes to its end on a machine that is never idle.
 */
const NICENESS = 5
const LEAST_PRIORITY = constants.priority.PRIORITY_LOW

/**
 * Lets the other threads of this process go first from here on. On Linux alone a thread has a priority of its own
 * (setpriority(2)); elsewhere it stays as the others.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(threadId, Math.min(getPriority(threadId) + NICENESS, LEAST_PRIORITY))
  } catch {
    // Without /proc it works on as one of many.
  }
}
