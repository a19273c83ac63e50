import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { createDatabase, onBothEngines, type TestDatabase } from '../support/databases.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { runProgram } from '../support/server-process.ts'

const doctor = (env: Record<string, string>) => runProgram({ args: ['doctor'], env })

onBothEngines('ramp-server doctor', (engine) => {
  let database: TestDatabase
  afterEach(() => database.remove())

  test('finds nothing wrong with a server that is well', async () => {
    database = await createDatabase(engine)
    expect(await doctor({ RAMP_DATABASE_URL: database.url })).toMatchObject({
      code: 0,
      stdout: '✓ configuration\n✓ role catalogue\n✓ writable paths\n✓ database\n✓ migrations\n✓ clock\n',
      stderr: '',
    })
  })

  test('says what to run when the schema is not there, and runs nothing itself', async () => {
    database = await createEmptyDatabase(engine)
    for (let times = 0; times < 2; times++) {
      const { code, stdout } = await doctor({ RAMP_DATABASE_URL: database.url })
      expect(code).toBe(1)
      expect(stdout).toContain('✗ migrations: run "ramp-server migrate"')
    }
  })
})

onBothEngines('What ramp-server doctor finds wrong', (engine) => {
  let database: TestDatabase
  let plain: string
  beforeEach(async () => {
    database = await createDatabase(engine)
    const sqlite = await createDatabase('sqlite')
    plain = join(dirname(sqlite.url.slice('sqlite:'.length)), 'plain')
    writeFileSync(plain, 'this is no database, and no catalogue')
    remove = sqlite.remove
  })
  let remove: () => Promise<void>
  afterEach(async () => {
    await remove()
    await database.remove()
  })

  test('is a role catalogue that is missing, unreadable or incomplete', async () => {
    const catalogues = [
      [`${plain}-nowhere`, 'the file cannot be read (ENOENT)'],
      [plain, 'line 1: the file is not JSON, a value is expected'],
      [dirname(plain), 'the file cannot be read (EISDIR)'],
    ] as const
    for (const [RAMP_ROLES_FILE, why] of catalogues) {
      const { code, stdout } = await doctor({ RAMP_DATABASE_URL: database.url, RAMP_ROLES_FILE })
      expect(code).toBe(1)
      expect(stdout).toContain(`✗ role catalogue: mend the file that RAMP_ROLES_FILE names: ${why}.\n`)
      expect(stdout).toContain('✓ writable paths')
    }
  })

  test('is a setting that is none, in the one sentence that the server would say', async () => {
    const { code, stdout, stderr } = await doctor({ RAMP_DATABASE_URL: database.url, RAMP_PORT: 'many' })
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'RAMP_PORT must be a port from 0 (any free one) to 65535.\n',
    })
  })

  test('is a database that is not there, not ours or not to be written', async () => {
    const wrong =
      engine === 'sqlite'
        ? ([
            [`sqlite:${plain}/ramp.db`, '✗ writable paths: let this user write '],
            [
              `sqlite:${plain}`,
              '✗ database: start the database or correct RAMP_DATABASE_URL (the file is something else)',
            ],
          ] as const)
        : ([
            ['postgres://user:hunter2@127.0.0.1:1/ramp', '(no connection (ECONNREFUSED))'],
            [`${inject('postgresUrl')}/no_such_database`, '(the server has no database of that name)'],
            [database.url.replace(/:[^:@]+@/, ':hunter2@'), '(it refuses the user or the password)'],
          ] as const)
    for (const [RAMP_DATABASE_URL, finding] of wrong) {
      const { code, stdout, stderr } = await doctor({ RAMP_DATABASE_URL })
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      expect(stdout).toContain(finding)
      expect(stdout).not.toContain('hunter2')
    }
  })
})

test('A database whose clock differs by more than two seconds is found out by ramp-server doctor', async () => {
  const database = await createDatabase('postgres')
  const differsBy = async (seconds: number) => {
    // Found before the server's own function of that name: to whoever asks, this database's clock is another.
    await database.sql(`CREATE SCHEMA IF NOT EXISTS ahead;
      CREATE OR REPLACE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
        $$ SELECT pg_catalog.clock_timestamp() + interval '${seconds} seconds' $$;
      ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET search_path = ahead, pg_catalog, public`)
    return doctor({ RAMP_DATABASE_URL: database.url })
  }
  try {
    for (const seconds of [3600, -3600]) {
      const { code, stdout } = await differsBy(seconds)
      expect(code).toBe(1)
      expect(stdout).toMatch(
        /✗ clock: bring this machine's clock and the database's together \(NTP\): they differ by 3[56]\d{5} ms\.\n$/,
      )
    }
    expect(await differsBy(0)).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ clock') })
  } finally {
    await database.remove()
  }
})
