import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { newName, type TokenHolder } from '../../support/actors.ts'
import { addManyEvents } from '../../support/audit-events.ts'
import { onBothEngines } from '../../support/databases.ts'
import { handlerBegins } from '../../support/overtaken.ts'
import { useServer } from '../../support/test-app.ts'

/** Enough events that a client that does not read stops the export. */
const MANY = 60_000

onBothEngines('Work that lasts', (engine) => {
  let goOn = () => {}
  const server = useServer(engine, {
    extra: {
      access: { 'GET /slow': { by: ['pat'], permission: 'groups:read' } },
      register: (app) =>
        app.get('/slow', async () => {
          await new Promise<void>((resolve) => {
            goOn = resolve
          })
          return 'what was asked for'
        }),
    },
  })
  const revoke = ({ id }: TokenHolder) => server.administrator.delete(`/api/v1/tokens/${id}`)

  async function readSlowly(script: TokenHolder, meanwhile: () => Promise<unknown>) {
    const name = newName('slow')
    const begun = handlerBegins(name)
    const answer = script.get('/slow', { 'x-test-name': name })
    await begun
    await meanwhile()
    goOn()
    return answer
  }

  test('a read of up to ten seconds is answered on the authority it began with', async () => {
    const script = await server.administrator.token()
    const answer = await server.clock.standingStill(() =>
      readSlowly(script, async () => {
        await revoke(script)
        server.clock.advance(10_000)
      }),
    )
    expect(answer).toMatchObject({ status: 200, body: 'what was asked for' })
  })

  test('a longer read is refused if its authority has ended, and answered if not', async () => {
    const [ended, alive] = [await server.administrator.token(), await server.administrator.token()]
    const refused = await server.clock.standingStill(() =>
      readSlowly(ended, async () => {
        await revoke(ended)
        server.clock.advance(10_001)
      }),
    )
    expect(refused).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect(JSON.stringify(refused.body)).not.toContain('what was asked for')
    const answered = await readSlowly(alive, async () => server.clock.advance(10_001))
    expect(answered).toMatchObject({ status: 200, body: 'what was asked for' })
  })

  test('an export breaks off when its authority ends', async () => {
    const script = await server.administrator.token()
    await addManyEvents(server, MANY)
    const request = get(`${server.origin}/api/v1/audit-events/export`, {
      headers: { authorization: `Bearer ${script.secret}` },
    })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(200)
    answer.pause()
    await revoke(script)
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    answer.resume()
    const [error] = await once(answer, 'error')
    expect(error.code).toBe('ECONNRESET')
    expect(bytes).toBeGreaterThan(0)
  })

  test('a body that trickles in is refused after ten seconds, and changes nothing', async () => {
    const script = await server.administrator.token()
    const name = newName('late')
    const body = JSON.stringify({ name })
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1')
    const head = [
      'POST /api/v1/groups HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: Bearer ${script.secret}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ]
    const startedAt = performance.now()
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 5)}`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answer.toString()).toContain('"code":"request_timeout"')
    expect(performance.now() - startedAt).toBeGreaterThan(9900)
    socket.on('error', () => {})
    socket.write(body.slice(5))
    await once(socket, 'close')
    expect(await server.count(`account_group WHERE name = '${name}'`)).toBe(0)
  })
})
