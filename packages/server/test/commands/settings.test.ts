import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { runProgram } from '../support/server-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'ramp-settings-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const plain = file('plain', 'this is no database, and no catalogue')
const database = `sqlite:${join(folder, 'ramp.db')}`

/** One wrong value each, and whatever in it must not be repeated. */
const WRONG: readonly (readonly [variable: string, value: string])[] = [
  ['RAMP_DATABASE_URL', 'mysql://user:hunter2@db/ramp'],
  ['RAMP_DATABASE_URL', 'sqlite::memory:'],
  ['RAMP_DATABASE_URL', `sqlite:${plain}/ramp.db`],
  ['RAMP_DATABASE_URL', `sqlite:${plain}`],
  ['RAMP_DATABASE_URL', 'postgres://user:hunter2@127.0.0.1:1/ramp'],
  ['RAMP_DATABASE_URL', `${inject('postgresUrl')}/no_such_database`],
  ['RAMP_DATABASE_URL', inject('postgresUrl').replace(/:[^:@]+@/, ':hunter2@')],
  ['RAMP_HOST', '192.0.2.1'],
  ['RAMP_PORT', '70000'],
  ['RAMP_PORT', '80a'],
  ['RAMP_PUBLIC_URL', 'https://user:hunter2@ramp.example'],
  ['RAMP_PUBLIC_URL', 'ramp.example'],
  ['RAMP_TOKEN_PREFIX', 'Not_A_Prefix'],
  ['RAMP_ROLES_FILE', join(folder, 'nowhere')],
  ['RAMP_ROLES_FILE', plain],
  ['RAMP_ROLES_FILE', file('half.json', '{"roles": []}')],
  ['RAMP_TRUST_PROXY', 'everybody'],
  ['RAMP_ADMIN_USERNAME', 'two words'],
  ['RAMP_PASSWORD_MIN_LENGTH', '7'],
  ['RAMP_ADMIN_PASSWORD', 'hunter2'],
  ['RAMP_LOG_LEVEL', 'loud'],
]

const ADMIN = { RAMP_ADMIN_USERNAME: 'admin', RAMP_ADMIN_PASSWORD: 'the administrator of the tests' }

test.concurrent.each(WRONG)('%s=%s stops the start with one sentence that names it', async (variable, value) => {
  const env = { RAMP_DATABASE_URL: database, RAMP_PORT: '0', ...ADMIN, [variable]: value }
  const { code, stdout, stderr } = await runProgram({ args: ['serve'], env })
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.not.stringContaining('listening') })
  expect(stderr).toMatch(/^RAMP_[^\n]+\.\n$/)
  expect(stderr).toContain(variable)
  expect(stderr + stdout).not.toContain(value)
  expect(stderr + stdout).not.toContain('hunter2')
})

test('of the first administrator, both settings are needed', async () => {
  for (const [name, value] of Object.entries(ADMIN)) {
    const { code, stderr } = await runProgram({ args: ['serve'], env: { RAMP_DATABASE_URL: database, [name]: value } })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'RAMP_ADMIN_USERNAME and RAMP_ADMIN_PASSWORD must be set together.\n',
    })
  }
})

test('a port that somebody else has stops the start', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const { code, stderr } = await runProgram({
    args: ['serve'],
    env: { RAMP_DATABASE_URL: database, RAMP_PORT: port, ...ADMIN },
  })
  other.close()
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'RAMP_HOST and RAMP_PORT name an address that this server cannot have (EADDRINUSE).\n',
  })
})

test.each([
  { args: [], code: 0 },
  { args: ['help'], code: 0 },
  { args: ['--help'], code: 0 },
  { args: ['serv'], code: 2 },
])('without a command it knows ($args), it names those it has', async ({ args, code }) => {
  const exit = await runProgram({ args, env: { RAMP_DATABASE_URL: 'wrong' } })
  expect(exit.code).toBe(code)
  for (const command of ['serve', 'migrate', 'create-admin', 'doctor']) expect(exit.stderr).toContain(command)
})
