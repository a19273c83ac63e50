import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signIn, TokenHolder } from '../support/actors.ts'
import { createDatabase, onBothEngines, type TestDatabase } from '../support/databases.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { Connection, connectToEach, startWorkers } from '../support/workers.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }
const LONG_MS = 120_000

onBothEngines('Workers', (engine) => {
  let folder: string
  let rolesFile: string
  let database: TestDatabase
  let server: ServerProcess
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ramp-workers-'))
    rolesFile = join(folder, 'roles.json')
    writeRoles('parcels:take')
    database = await createDatabase(engine)
    server = await startWorkers(2, {
      RAMP_DATABASE_URL: database.url,
      RAMP_ROLES_FILE: rolesFile,
      RAMP_ADMIN_USERNAME: ADMIN.username,
      RAMP_ADMIN_PASSWORD: ADMIN.password,
    })
  })
  afterEach(async () => {
    server.kill('SIGKILL')
    await server.exited
    await database.remove()
    rmSync(folder, { recursive: true })
  })

  /** By connections that are closed at once: an idle one would keep an old worker waiting. */
  const makeToken = async (): Promise<TokenHolder> => {
    const once = { connection: 'close' }
    const admin = await signIn(server.origin, ADMIN, once)
    const { body } = await admin.post('/api/v1/tokens', { name: 'parcels' }, once)
    return new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
  }
  const writeRoles = (permission: string) => {
    const permissions = ['own-tokens:read', permission]
    const roles = [{ name: 'Administrator', description: 'All.', permissions }]
    writeFileSync(rolesFile, JSON.stringify({ roles }))
  }
  const permissionsOf = async (connection: Connection, { secret }: TokenHolder): Promise<string[]> => {
    const { body } = await connection.send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${secret}` } })
    return body.account.permissions
  }
  const messages = (text: string) => server.log().filter(({ msg }) => msg === text)

  test(
    'told to reload are replaced one by one, and no request is refused or cut',
    async () => {
      const token = await makeToken()
      const old = await connectToEach(server, 2)
      const idle = await connectToEach(server, 2)
      const load = startLoad(server.origin, token)
      writeRoles('parcels:give')

      server.kill('SIGHUP')
      await server.printed(/("msg":"all workers are replaced")/)

      // A connection that was idle meanwhile is still answered, by the one that it goes to, and that is its last answer.
      for (const connection of idle) {
        const headers = { authorization: `Bearer ${token.secret}` }
        const answer = await connection.send('GET', '/api/v1/me', { headers })
        expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } })
      }
      for (const connection of [...old, ...idle]) connection.close()
      await server.printed(/("finishing":0,"msg":"a worker has ended")/)
      const { answered, failures } = await load.stop()
      expect(failures).toEqual([])
      expect(answered).toBeGreaterThan(100)

      const fresh = await connectToEach(server, 2)
      for (const connection of fresh) {
        expect(await permissionsOf(connection, token)).toContain('parcels:give')
        expect(await permissionsOf(connection, token)).not.toContain('parcels:take')
      }
      // What the old ones have counted stays in.
      const name = 'ramp_http_request_duration_seconds_count{method="GET",route="/api/v1/me",status="200"}'
      const counted = async () => {
        const { body } = (await fresh[0]?.send('GET', '/metrics')) ?? {}
        return Number(body.split(`${name} `)[1]?.split('\n')[0])
      }
      await expect.poll(counted).toBe(answered + idle.length + 2 * fresh.length)
      for (const connection of fresh) connection.close()
    },
    LONG_MS,
  )

  test('whose successors do not start go on, and say why', async () => {
    const token = await makeToken()
    const connections = await connectToEach(server, 2)
    writeFileSync(rolesFile, '{"roles": []}')
    server.kill('SIGHUP')
    await server.printed(/("msg":"a new worker did not start: those not replaced yet go on")/)
    expect(server.stderr()).toMatch(/^RAMP_ROLES_FILE names a role catalogue that cannot be used: line 1: [^\n]+\n$/)
    for (const connection of connections) expect(await permissionsOf(connection, token)).toContain('parcels:take')
    expect(messages('finishing requests')).toEqual([])

    writeRoles('parcels:give')
    server.kill('SIGHUP')
    await server.printed(/("msg":"all workers are replaced")/)
    const fresh = new Connection(server.origin)
    expect(await permissionsOf(fresh, token)).toContain('parcels:give')
    for (const connection of [fresh, ...connections]) connection.close()
  })

  test('are replaced when they are killed, while the others serve', async () => {
    const token = await makeToken()
    const [killed, other] = (await connectToEach(server, 2)) as [Connection, Connection]
    const pid = await killed.pid(server)
    process.kill(pid, 'SIGKILL')
    await server.printed(
      new RegExp(`("worker":${pid},"code":null,"signal":"SIGKILL","msg":"a worker has ended by itself")`),
    )
    expect(await permissionsOf(other, token)).toContain('parcels:take')
    await server.printed(/ended by itself"[\s\S]*"serving":(2),/)
    const both = await connectToEach(server, 2)
    for (const connection of both) expect(await permissionsOf(connection, token)).toContain('parcels:take')
    for (const connection of [killed, other, ...both]) connection.close()
  })

  test(
    'that end again and again as soon as they start are given up, with one sentence',
    async () => {
      const pids = await Promise.all((await connectToEach(server, 2)).map((connection) => connection.pid(server)))
      writeFileSync(rolesFile, 'no roles')
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      const { code, stderr } = await server.exited
      expect(code).toBe(1)
      expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^No worker stays: \d+ in a row have ended soon after/)
      expect(stderr).toContain('RAMP_ROLES_FILE names')
    },
    LONG_MS,
  )

  test('all end in order by SIGTERM, and write what each has noted', async () => {
    const token = await makeToken()
    const connections = await connectToEach(server, 2)
    for (const connection of connections) await permissionsOf(connection, token)
    server.kill('SIGTERM')
    expect(await server.exited).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(messages('finishing requests')).toHaveLength(2)
    const days = await database.sql<{ calls: number }>(`SELECT calls FROM token_day WHERE token_id = '${token.id}'`)
    expect(days.map(({ calls }) => Number(calls))).toEqual([2])
    for (const connection of connections) connection.close()
  })
})

/** Asks without a pause, by connections that are kept and by one that is new each time. */
function startLoad(origin: string, { secret }: TokenHolder) {
  const headers = { authorization: `Bearer ${secret}` }
  const failures: unknown[] = []
  let answered = 0
  let isOn = true
  const ask = async (connection: Connection) => {
    try {
      const { status } = await connection.send('GET', '/api/v1/me', { headers })
      if (status === 200) answered++
      else failures.push(status)
    } catch (error) {
      failures.push(error)
    }
  }
  const kept = Array.from({ length: 8 }, async () => {
    const connection = new Connection(origin)
    while (isOn) await ask(connection)
    connection.close()
  })
  const renewed = (async () => {
    while (isOn) {
      const connection = new Connection(origin)
      await ask(connection)
      connection.close()
    }
  })()
  return {
    async stop() {
      isOn = false
      await Promise.all([...kept, renewed])
      return { answered, failures }
    },
  }
}
