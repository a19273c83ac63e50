import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Actor, signIn } from '../support/actors.ts'
import { onBothEngines, type TestDatabase } from '../support/databases.ts'
import { createEmptyDatabase } from '../support/empty-database.ts'
import { runProgram, type ServerProcess, startServerProcess } from '../support/server-process.ts'

const PASSWORD_LINE = /sign in at \S+ as (\S+) with the password\s+(\S+)\s/

onBothEngines('The first start', (engine) => {
  let database: TestDatabase
  const servers: ServerProcess[] = []
  beforeEach(async () => {
    database = await createEmptyDatabase(engine)
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await stop(server)
    await database.remove()
  })

  async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
    const server = await startServerProcess({ env: { RAMP_DATABASE_URL: database.url, ...env } })
    servers.push(server)
    return server
  }

  test('makes "admin" with a random password, shown once on the terminal, to be changed', async () => {
    const server = await start({ RAMP_LOG_LEVEL: 'trace' })
    const [, username = '', password = ''] = PASSWORD_LINE.exec(server.stderr()) ?? []
    expect(username).toBe('admin')
    expect(password).toMatch(/^[a-z2-9-]{23}$/)
    expect(server.stderr().split(password)).toHaveLength(2)

    const first = await signIn(server.origin, { username, password })
    for (const call of [() => first.get('/api/v1/me'), () => first.post('/api/v1/tokens', { name: 'early' })]) {
      expect(await call()).toMatchObject({ status: 403, body: { code: 'password_change_required' } })
    }
    await changePassword(first, password)
    expect((await first.get('/api/v1/me')).body.account).toMatchObject({ username: 'admin', roles: ['Administrator'] })

    await stop(server)
    expect(server.stdout()).toContain('"msg":"request"')
    expect(server.stdout()).not.toContain(password)
    const next = await start()
    expect(next.stderr()).toBe('')
    await expect(signIn(next.origin, { username, password })).rejects.toThrow('sign_in_failed')
  })

  test('takes the administrator that the configuration names, and says nothing of the password', async () => {
    const admin = { username: 'root@ops', password: 'chosen by the operator' }
    const env = { RAMP_ADMIN_USERNAME: admin.username, RAMP_ADMIN_PASSWORD: admin.password, RAMP_LOG_LEVEL: 'trace' }
    const server = await start(env)
    expect((await (await signIn(server.origin, admin)).get('/api/v1/me')).status).toBe(200)
    await stop(server)
    expect(server.stderr()).toBe('')
    expect(server.stdout()).not.toContain(admin.password)

    const next = await start({ ...env, RAMP_ADMIN_USERNAME: 'late', RAMP_ADMIN_PASSWORD: 'another password' })
    await signIn(next.origin, admin)
    await expect(signIn(next.origin, { username: 'late', password: 'another password' })).rejects.toThrow()
  })

  test('stops with a password that everybody tries first, and makes nobody', async () => {
    const env = { RAMP_DATABASE_URL: database.url, RAMP_ADMIN_USERNAME: 'root', RAMP_ADMIN_PASSWORD: 'PassWord123' }
    expect(await runProgram({ args: ['serve'], env })).toMatchObject({
      code: 1,
      stdout: expect.not.stringContaining('listening'),
      stderr: 'RAMP_ADMIN_PASSWORD must not be one of the passwords that are guessed first.\n',
    })
    expect(await database.sql('SELECT * FROM member')).toEqual([])
  })

  test.each(['correct horse battery staple', 'admin-password-1', 'admin123'])(
    'takes the password "%s" from the configuration',
    async (password) => {
      const server = await start({ RAMP_ADMIN_USERNAME: 'admin', RAMP_ADMIN_PASSWORD: password })
      await signIn(server.origin, { username: 'admin', password })
    },
  )

  test('of several servers at once makes one administrator, whose password one of them shows', async () => {
    const all = await Promise.all([start(), start(), start()])
    const shown = all.flatMap((server) => PASSWORD_LINE.exec(server.stderr())?.[2] ?? [])
    expect(shown).toHaveLength(1)
    for (const { origin } of all) await signIn(origin, { username: 'admin', password: shown[0] ?? '' })
    expect(await database.sql('SELECT * FROM member')).toHaveLength(1)
  })

  test('shows the password even if it then cannot listen, since the administrator is there', async () => {
    const env = { RAMP_DATABASE_URL: database.url, RAMP_HOST: '192.0.2.1' }
    const failed = await runProgram({ args: ['serve'], env })
    expect(failed).toMatchObject({ code: 1, stdout: expect.not.stringContaining('Server listening') })
    const [, username = '', password = ''] = PASSWORD_LINE.exec(failed.stderr) ?? []
    await signIn((await start()).origin, { username, password })
  })
})

async function stop(server: ServerProcess): Promise<void> {
  server.kill('SIGTERM')
  await server.exited
}

async function changePassword(actor: Actor, currentPassword: string): Promise<void> {
  const answer = await actor.put('/api/v1/me/password', { currentPassword, newPassword: 'a password of my own' })
  expect(answer.status).toBe(204)
}
