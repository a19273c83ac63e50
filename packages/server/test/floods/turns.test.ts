import { Agent } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { inTurn, laterTurn } from '../../src/core/turn.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import type { Actor } from '../support/actors.ts'
import { createDatabase, onBothEngines } from '../support/databases.ts'
import { useServer } from '../support/test-app.ts'

/** Synchronous work, as a statement of SQLite is. */
function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** How many turns the event loop makes until `done` settles. */
async function turnsUntil(done: Promise<unknown>): Promise<number> {
  let isDone = false
  let turns = 0
  const settled = done.finally(() => {
    isDone = true
  })
  while (!isDone) {
    await nextTurn()
    turns++
  }
  await settled
  return turns
}

describe('A turn of the event loop', () => {
  test('does what is asked at once while it has time left', async () => {
    await nextTurn()
    const done: number[] = []
    inTurn(() => done.push(1))
    inTurn(() => done.push(2))
    expect(done).toEqual([1, 2])
    expect(laterTurn()).toBeUndefined()
  })

  test('leaves to later turns what it has no time for, in order, a few milliseconds in each', async () => {
    await nextTurn()
    const done: number[] = []
    for (let index = 0; index < 20; index++) {
      inTurn(() => {
        done.push(index)
        work(1)
      })
    }
    expect(done.length).toBeLessThan(5)
    const turns = await turnsUntil(new Promise<void>((resolve) => inTurn(resolve)))
    expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index))
    expect(turns).toBeGreaterThanOrEqual(4)
  })

  test('counts what the promises of its work do', async () => {
    await nextTurn()
    inTurn(() => work(3))
    const works = Array.from({ length: 20 }, () =>
      new Promise<void>((resolve) => inTurn(resolve)).then(() => undefined).then(() => work(1)),
    )
    expect(await turnsUntil(Promise.all(works))).toBeGreaterThanOrEqual(4)
  })

  test('continues work before it begins other work', async () => {
    await nextTurn()
    inTurn(() => work(3))
    const done: string[] = []
    inTurn(() => done.push('begun'))
    const later = laterTurn()?.then(() => done.push('continued'))
    await new Promise<void>((resolve) => inTurn(resolve))
    await later
    expect(done).toEqual(['continued', 'begun'])
  })
})

describe('SQLite', () => {
  test.for(['transactions', 'reads'] as const)('lets the event loop turn while many %s wait', async (kind) => {
    const testDatabase = await createDatabase('sqlite')
    const database = openDatabase(testDatabase.url)
    try {
      const slow = sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT max(i) FROM n`
      const one = () =>
        kind === 'reads' ? slow.execute(database.read) : database.note('maintenance', (trx) => slow.execute(trx))
      const all = Promise.all(Array.from({ length: 300 }, one))
      expect(await turnsUntil(all)).toBeGreaterThan(10)
    } finally {
      await database.close()
      await testDatabase.remove()
    }
  })
})

onBothEngines('A verification', (engine) => {
  const server = useServer(engine)

  test('is answered before most of the requests that came before it', async () => {
    const script = await (await server.member()).token()
    const [others, own] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })]
    const answered: string[] = []
    const open = (count: number, agent: Agent) =>
      Promise.all(Array.from({ length: count }, () => server.anonymous.request('GET', '/healthz', { agent })))
    const ask = async (who: Actor, path: string, agent: Agent) => {
      await who.request('GET', path, { agent })
      answered.push(path)
    }
    await Promise.all([open(100, others), open(1, own)])
    const asked = Array.from({ length: 100 }, () => ask(server.anonymous, '/no/such/page', others))
    await Promise.all([...asked, ask(script, '/_auth/verify', own)])
    expect(answered.indexOf('/_auth/verify')).toBeLessThan(60)
    for (const agent of [others, own]) agent.destroy()
  })
})
