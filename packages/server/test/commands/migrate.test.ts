import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothEngines, type TestDatabase } from '../support/databases.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { newSeed, seededRandom } from '../support/seeded-random.ts'
import { runProgram, startProgram } from '../support/server-process.ts'
import { tablesOf } from '../support/write-log.ts'

/** "Ran 0001-main.", and whatever came after it. */
const RAN = /^Ran 0001-main(, \d{4}-[a-z-]+)*\.\n$/
const UP_TO_DATE = 'The schema is up to date.\n'

onBothEngines('ramp-server migrate', (engine) => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createEmptyDatabase(engine)
  })
  afterEach(() => database.remove())

  const migrate = () => runProgram({ args: ['migrate'], env: { RAMP_DATABASE_URL: database.url } })
  const tables = () => tablesOf({ engine, sql: database.sql })

  test('says what it ran, and then that there is nothing to run', async () => {
    expect(await migrate()).toMatchObject({ code: 0, stdout: expect.stringMatching(RAN), stderr: '' })
    expect(await tables()).toContain('token')
    expect(await migrate()).toMatchObject({ code: 0, stdout: UP_TO_DATE, stderr: '' })
  })

  test('by several processes at once is done by one, and the others wait for it', async () => {
    const exits = await Promise.all(Array.from({ length: 5 }, migrate))
    expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(5).fill({ code: 0, stderr: '' }))
    const [ran, ...others] = exits.map(({ stdout }) => stdout).sort()
    expect(ran).toMatch(RAN)
    expect(others).toEqual(Array(4).fill(UP_TO_DATE))
  })

  test('that fails half-way leaves nothing of it, and works once the cause is gone', async () => {
    await database.sql('CREATE TABLE audit_event (in_the_way INTEGER)')
    const failed = await migrate()
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('audit_event')
    expect(await tables()).toEqual(['audit_event'])

    await database.sql('DROP TABLE audit_event')
    expect(await migrate()).toMatchObject({ code: 0, stdout: expect.stringMatching(RAN) })
  })

  const seed = newSeed()
  test(`that is killed leaves all of it or nothing, and the next one finishes (seed ${seed})`, async () => {
    const random = seededRandom(seed)
    const left = new Set<number>()
    for (let kill = 0; kill < 5; kill++) {
      const program = startProgram({ args: ['migrate'], env: { RAMP_DATABASE_URL: database.url } })
      await delay(random.between(150, 500))
      program.kill('SIGKILL')
      await program.exited
      left.add((await tables()).length)
    }
    expect((await migrate()).code).toBe(0)
    const all = (await tables()).length
    expect([...left].filter((count) => count !== 0 && count !== all)).toEqual([])
  })
})
