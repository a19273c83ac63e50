/**
 * Keeps each turn of the event loop short, so that input which arrives meanwhile is read and verifications are decided.
 * SQLite's statements are synchronous and continue in microtasks: without this, a queue of them runs to its end before
 * the event loop reads anything. There is one event loop per thread, and so one budget.
 */

/** A single request needs less. With more, one turn would be felt by the verifications that wait for its end. */
const BUDGET_MS = 2

type Work = () => void

/** When the budget of this turn is spent; undefined until the turn does something that counts. */
let spentAt: number | undefined

/** What waits for a later turn, in the order in which it runs. */
const waiting: Work[] = []

/** Runs `work` at once, or in a later turn if this one has done enough or other work waits already. */
export function inTurn(work: Work): void {
  if (waiting.length === 0 && !isSpent()) work()
  else waiting.push(work)
}

/**
 * For work that goes on, such as the statements of a transaction: undefined while this turn has time left, otherwise a
 * promise of a later turn. It goes before work that has not begun, since others wait for what it holds.
 */
export function laterTurn(): Promise<void> | undefined {
  if (!isSpent()) return undefined
  return new Promise((resolve) => waiting.unshift(resolve))
}

function isSpent(): boolean {
  const now = performance.now()
  if (spentAt !== undefined) return now >= spentAt
  spentAt = now + BUDGET_MS
  setImmediate(beginTurn)
  return false
}

function beginTurn(): void {
  spentAt = undefined
  runWaiting()
}

/** One at a time: the microtasks of each run before it is known how long it took. */
function runWaiting(): void {
  if (waiting.length === 0 || isSpent()) return
  waiting.shift()?.()
  queueMicrotask(() => process.nextTick(runWaiting))
}
