import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signIn } from '../support/actors.ts'
import { createDatabase, onBothEngines, type TestDatabase } from '../support/databases.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }

onBothEngines('A server that is told to stop', (engine) => {
  let database: TestDatabase
  let server: ServerProcess
  beforeEach(async () => {
    database = await createDatabase(engine)
    const env = { RAMP_ADMIN_USERNAME: ADMIN.username, RAMP_ADMIN_PASSWORD: ADMIN.password }
    server = await startServerProcess({ env: { RAMP_DATABASE_URL: database.url, ...env } })
  })
  afterEach(async () => {
    server.kill('SIGKILL')
    await server.exited
    await database.remove()
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('by %s finishes what it has begun, and exits with 0', async (signal) => {
    const { cookie } = await signIn(server.origin, ADMIN)
    const begun = beginRequest(server.origin, cookie, { name: 'asked before the signal' })
    const answer = text(begun.socket)
    await begun.arrived

    server.kill(signal)
    await server.printed(/(finishing requests)/)
    begun.finish()

    expect(await answer).toMatch(/^HTTP\/1\.1 201 /m)
    expect(await server.exited).toMatchObject({ code: 0, signal: null, stderr: '' })
    const stored = await database.sql('SELECT name FROM token')
    expect(stored).toEqual([{ name: 'asked before the signal' }])
  })

  test('writes down the last use that was only noted', async () => {
    const owner = await signIn(server.origin, ADMIN)
    const script = await owner.token()
    await script.get('/api/v1/me', { 'user-agent': 'nightly/1.0' })
    server.kill('SIGTERM')
    expect((await server.exited).code).toBe(0)
    expect(await database.sql('SELECT token_id, last_used_address, last_used_client FROM token_usage')).toEqual([
      { token_id: script.id, last_used_address: '127.0.0.1', last_used_client: 'nightly/1.0' },
    ])
  })

  test('does not wait for ever for a client that hangs, and still writes what was noted', async () => {
    const owner = await signIn(server.origin, ADMIN)
    const script = await owner.token()
    await script.get('/api/v1/me')
    const hanging = beginRequest(server.origin, owner.cookie, { name: 'never finished' })
    hanging.socket.on('error', () => {})
    await hanging.arrived

    server.kill('SIGTERM')

    expect((await server.exited).code).toBe(0)
    expect(await database.sql('SELECT token_id FROM token_usage')).toEqual([{ token_id: script.id }])
    expect(await database.sql("SELECT name FROM token WHERE name = 'never finished'")).toEqual([])
  })
})

/** Sends all of a request but its last byte; `arrived` once the server has asked for the rest. */
function beginRequest(origin: string, cookie: string, body: object) {
  const { hostname, port, host } = new URL(origin)
  const bytes = JSON.stringify(body)
  const socket: Socket = connect(Number(port), hostname)
  const head = [
    'POST /api/v1/tokens HTTP/1.1',
    `Host: ${host}`,
    `Cookie: ${cookie}`,
    'Content-Type: application/json',
    `Content-Length: ${bytes.length}`,
    // Node answers "100 Continue" once it has handed the request over: then it is under way.
    'Expect: 100-continue',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const arrived = new Promise<void>((resolve) => {
    socket.once('data', () => {
      socket.write(bytes.slice(0, -1))
      resolve()
    })
  })
  return { socket, arrived, finish: () => socket.write(bytes.slice(-1)) }
}
