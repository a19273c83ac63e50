import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { signIn } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { runProgram } from '../support/server-process.ts'
import { startWorkers } from '../support/workers.ts'

const PASSWORD_LINE = /sign in at \S+ as (\S+) with the password\s+(\S+)\s/g

onBothEngines('The first start with workers', (engine) => {
  test('migrates once, makes one administrator, and shows the password once', async () => {
    const database = await createEmptyDatabase(engine)
    const server = await startWorkers(3, { RAMP_DATABASE_URL: database.url, RAMP_LOG_LEVEL: 'trace' })
    const shown = [...server.stderr().matchAll(PASSWORD_LINE)]
    expect(shown).toHaveLength(1)
    const [, username = '', password = ''] = shown[0] ?? []
    await signIn(server.origin, { username, password })
    server.kill('SIGTERM')
    expect(await server.exited).toMatchObject({ code: 0, stdout: expect.not.stringContaining(password) })
    expect(await database.sql('SELECT * FROM member')).toHaveLength(1)
    await database.remove()
  })

  test('stops with one sentence where somebody else has the port', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const database = await createEmptyDatabase(engine)
    const admin = { RAMP_ADMIN_USERNAME: 'admin', RAMP_ADMIN_PASSWORD: 'the administrator of the tests' }
    const env = { RAMP_DATABASE_URL: database.url, RAMP_PORT: port, ...admin }
    const { code, stderr } = await runProgram({ args: ['serve', '--workers', '4'], env })
    other.close()
    await database.remove()
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'RAMP_HOST and RAMP_PORT name an address that this server cannot have (EADDRINUSE).\n',
    })
  })
})

test.concurrent.each([
  [['--workers', '0']],
  [['--workers', '257']],
  [['--workers', '2.5']],
  [['--workers']],
  [['--workers', '2', '3']],
  [['--wrokers', '2']],
])('serve %j is answered with one sentence', async (args) => {
  const { code, stdout, stderr } = await runProgram({ args: ['serve', ...args] })
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: 'serve takes --workers with a number from 1 to 256, and nothing else.\n',
  })
})
