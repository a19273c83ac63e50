import type { Transaction } from './database.ts'

const registered = new WeakMap<Transaction, (() => Promise<void>)[]>()

/**
 * Has `last` run as the last thing of the transaction, once its work is done: for what takes a lock that everybody needs.
 * Taken in the middle, it would be held long, and two transactions could each wait for the other.
 */
export function beforeCommit(trx: Transaction, last: () => Promise<void>): void {
  const works = registered.get(trx)
  if (works === undefined) throw new Error('Only a transaction of database.write has a last thing to do.')
  works.push(last)
}

/** What `database.write` does within its transaction: the work, then what was registered meanwhile. */
export async function runToCommit<T>(trx: Transaction, work: (trx: Transaction) => Promise<T>): Promise<T> {
  const works: (() => Promise<void>)[] = []
  registered.set(trx, works)
  const result = await work(trx)
  for (const last of works) await last()
  return result
}
