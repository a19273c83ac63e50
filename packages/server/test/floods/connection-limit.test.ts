import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type TestServer, useServer } from '../support/test-app.ts'

/** A connection that has sent a part of a request. `closed` resolves when the server ends it. */
async function halfOpen({ origin }: TestServer, text = 'GET /healthz HTTP/1.1\r\nHost: x\r\n') {
  const { hostname, port } = new URL(origin)
  const socket: Socket = connect(Number(port), hostname)
  const closed = once(socket, 'close')
  socket.on('error', () => {})
  await Promise.race([once(socket, 'connect'), closed])
  socket.write(text)
  return { socket, closed }
}

async function isAnswered({ socket, closed }: Awaited<ReturnType<typeof halfOpen>>): Promise<boolean> {
  socket.write('Connection: close\r\n\r\n')
  const answer = once(socket, 'data').then(([chunk]) => String(chunk).startsWith('HTTP/1.1 200'))
  return Promise.race([answer, closed.then(() => false)])
}

describe('Connections of one address', () => {
  const server = useServer('sqlite', { config: { connectionLimit: 20 } })
  const behindProxy = useServer('sqlite', { config: { connectionLimit: 20, trustProxy: ['127.0.0.0/8'] } })
  const behindHops = useServer('sqlite', { config: { connectionLimit: 20, trustProxy: 1 } })

  test('beyond the limit are closed; those below it are served, and make room when they end', async () => {
    // What the server was started with may still be open.
    const held = []
    for (let index = 0; index < 30; index++) held.push(await halfOpen(server))
    const closed = await Promise.race([held.at(-1)?.closed.then(() => true), isAnswered(held[0] as never)])
    expect(closed).toBe(true)
    for (const { socket } of held) socket.destroy()
    await expect.poll(async () => isAnswered(await halfOpen(server))).toBe(true)
  })

  test('are not limited for a trusted proxy', async () => {
    for (const each of [behindProxy, behindHops]) {
      const held = []
      for (let index = 0; index < 30; index++) held.push(await halfOpen(each))
      const answers = await Promise.all(held.map(isAnswered))
      expect(answers.every(Boolean)).toBe(true)
    }
  })
})
