import type { Engine, Transaction } from './database.ts'

/** Is told the engine: what is last writes many rows, and each takes them its own way. */
type LastThing = (engine: Engine) => Promise<void>

const registered = new WeakMap<Transaction, LastThing[]>()

/**
 * Has `last` run as the last thing of the transaction, once its work is done: for what takes a lock that everybody needs.
 * Taken in the middle, it would be held long, and two transactions could each wait for the other.
 */
export function beforeCommit(trx: Transaction, last: LastThing): void {
  const works = registered.get(trx)
  if (works === undefined) throw new Error('Only a transaction of database.write has a last thing to do.')
  works.push(last)
}

/**
 * What `database.write` does within its transaction: the work, then `check`, then what was registered meanwhile. The check
 * comes before the last things, since it may wait for a change that itself waits for the lock that these take.
 */
export async function runToCommit<T>(
  trx: Transaction,
  engine: Engine,
  work: (trx: Transaction) => Promise<T>,
  check: () => Promise<void> = async () => {},
): Promise<T> {
  const works: LastThing[] = []
  registered.set(trx, works)
  const result = await work(trx)
  await check()
  for (const last of works) await last(engine)
  return result
}
