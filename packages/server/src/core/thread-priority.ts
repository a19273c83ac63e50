import { readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

const { PRIORITY_HIGHEST, PRIORITY_LOW } = constants.priority

/**
 * Makes this thread nicer by so many steps, or less nice below 0, than it was: each step is a tenth more or less of a core
 * that another wants, too. Threads that it starts from now on inherit it; libuv's would, if it were the first to need them. On Linux
 * alone a thread has a priority of its own (setpriority(2)); elsewhere, and where the right to go first by all those
 * steps is missing, it stays as the others.
 */
export function addNiceness(steps: number): void {
  if (process.platform !== 'linux') return
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(threadId, Math.min(Math.max(PRIORITY_HIGHEST, getPriority(threadId) + steps), PRIORITY_LOW))
  } catch {
    // Without /proc, or without the right, it works on as one of many.
  }
}
