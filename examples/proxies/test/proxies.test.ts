import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Actor, type Member, TokenHolder } from '../../../packages/server/test/support/actors.ts'
import { freePort } from '../../../packages/server/test/support/daemon.ts'
import { useServer } from '../../../packages/server/test/support/test-app.ts'
import { PROXIES } from './support/proxy-programs.ts'
import { type RunningProxy, startProxy } from './support/start-proxy.ts'
import { type Seen, startUpstream, type Upstream } from './support/upstream.ts'

const SPOOFED = {
  'X-Ramp-Account': 'somebody',
  'x-ramp-roles': ['Administrator', 'SuperUser'],
  'X-RAMP-PERMISSIONS': 'templates:edit',
  'X-Ramp-Username': 'admin',
  X_Ramp_Account: 'somebody',
  'X-Forwarded-For': '192.0.2.66',
}

describe.each(PROXIES)('An API behind %s', (name) => {
  const ramp = useServer('sqlite', { config: { trustProxy: ['127.0.0.1'] } })
  let api: Upstream
  let proxy: RunningProxy
  let owner: Member

  beforeAll(async () => {
    api = await startUpstream()
    proxy = await startProxy(name, { ramp: (ramp.app.server.address() as AddressInfo).port, api: api.port })
    owner = await ramp.member({ roles: ['GlobalTemplateEditor'] })
  })
  afterAll(async () => {
    await proxy?.stop()
    await api?.close()
  })

  /** The same token, presented to the proxy. */
  const behind = (token: TokenHolder) => new TokenHolder(proxy.origin, token)
  const caller = async (...permissions: string[]) =>
    behind(await (permissions.length === 0 ? owner.token() : owner.tokenWith(...permissions)))

  /** Refused with this status, and nothing has reached the API. */
  async function refused(status: number, act: () => ReturnType<Actor['get']>) {
    const before = api.count()
    const answer = await act()
    expect(answer.status).toBe(status)
    expect(api.count()).toBe(before)
    return answer
  }

  test('gets an accepted request as it was, with who calls and without the secret', async () => {
    const script = await caller()
    const { status, body } = await script.request('PATCH', '/runbooks/7?full=1&q=%C3%A4', { body: { a: 1 } })
    expect(status).toBe(200)
    const { method, url, headers, sha256 }: Seen = body
    expect({ method, url }).toEqual({ method: 'PATCH', url: '/runbooks/7?full=1&q=%C3%A4' })
    expect(sha256).toBe(digest('{"a":1}'))
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-ramp-account': owner.id,
      'x-ramp-account-kind': 'member',
      'x-ramp-username': owner.username,
      'x-ramp-roles': 'GlobalTemplateEditor',
      'x-ramp-token-id': script.id,
    })
    expect(String(headers['x-ramp-permissions']).split(',')).toContain('templates:edit')
    expect(JSON.stringify(headers)).not.toContain(script.secret)
  })

  test.each([200, 418, 500])('has its own answers passed on: %i', async (status) => {
    const path = { 200: '/', 418: '/teapot', 500: '/broken' }[status] ?? ''
    const answer = await (await caller()).get(path)
    expect(answer.status).toBe(status)
    expect(answer.body.url).toBe(path)
  })

  test('is closed to whoever shows no token or a wrong one, who is told what to send', async () => {
    const stranger = new Actor(proxy.origin)
    const none = await refused(401, () => stranger.get('/runbooks'))
    expect(none.headers['www-authenticate']).toBe('Bearer realm="ramp"')
    for (const authorization of ['Bearer x', 'Bearer ramp_pat_x', 'Basic eDp5', 'Bearer ']) {
      const wrong = await refused(401, () => stranger.get('/runbooks', { authorization }))
      expect(wrong.headers['www-authenticate']).toContain('Bearer realm="ramp"')
    }
    await refused(401, () =>
      stranger.post('/runbooks', 'x'.repeat(1000), { 'content-type': 'application/x-www-form-urlencoded' }),
    )
    await refused(401, () => stranger.get('/runbooks', { cookie: owner.cookie }))
  })

  test('demands a permission where the example says so', async () => {
    const [editor, reader] = [await caller('templates:edit'), await caller('templates:read')]
    expect((await editor.get('/templates/1')).status).toBe(200)
    expect((await reader.get('/runbooks/1')).status).toBe(200)
    await refused(403, () => reader.get('/templates/1'))
    for (const path of ['/%74emplates/1', '/x/../templates/1', '//templates/1', '/./templates/1', '/templates%2F1']) {
      const { status, body } = await reader.get(path)
      const isForTemplates = status === 200 && /^\/templates\/1/.test(decodeURIComponent((body as Seen).url))
      expect(isForTemplates, `${path}: ${status}`).toBe(false)
    }
  })

  test('sees nothing of what a client claims to be', async () => {
    const script = await caller('templates:read')
    const { body } = await script.get('/', SPOOFED)
    expect(body.headers).toMatchObject({
      'x-ramp-account': owner.id,
      'x-ramp-username': owner.username,
      'x-ramp-permissions': 'templates:read',
      'x-ramp-roles': 'GlobalTemplateEditor',
    })
    expect(JSON.stringify(body.headers)).not.toMatch(/somebody|Administrator|192\.0\.2\.66/)
    await refused(403, () => script.get('/templates/1', SPOOFED))
    await refused(401, () => new Actor(proxy.origin).get('/', SPOOFED))
    const plain = await (await ramp.member()).token()
    const { headers } = (await behind(plain).get('/', SPOOFED)).body as Seen
    expect(headers['x-ramp-roles'] ?? '').toBe('')
    expect((await ramp.administrator.get(`/api/v1/admin/tokens/${plain.id}`)).body.lastUsedAddress).toBe('127.0.0.1')
  })

  test('gets a body of 1 MiB of any bytes as it was', async () => {
    const bytes = randomBytes(2 ** 20)
    const headers = { 'content-type': 'application/octet-stream' }
    const { status, body } = await (await caller()).request('PUT', '/files/1', { body: bytes, headers })
    expect({ status, sha256: body.sha256 }).toEqual({ status: 200, sha256: digest(bytes) })
  })

  test('refuses the next request of a connection on which the token was good before', async () => {
    const token = await owner.token()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = () => askBy(agent, proxy.origin, token.secret)
    const first = await ask()
    expect(first.status).toBe(200)
    expect((await owner.delete(`/api/v1/tokens/${token.id}`)).status).toBe(204)
    const before = api.count()
    const second = await ask()
    expect(second).toMatchObject({ status: 401, port: first.port })
    expect(api.count()).toBe(before)
    agent.destroy()
  })

  test('is spoken to by WebSocket, once the token is accepted', async () => {
    const { secret } = await owner.token()
    const opened = await upgrade(proxy.origin, { authorization: `Bearer ${secret}` })
    expect(opened).toMatchObject({ status: 101, account: owner.id })
    opened.socket?.write('are you there?')
    const [echo] = (await once(opened.socket as Socket, 'data')) as [Buffer]
    expect(echo.toString()).toBe('are you there?')
    opened.socket?.destroy()
    const before = api.count()
    expect((await upgrade(proxy.origin, { authorization: 'Bearer x' })).status).toBe(401)
    expect((await upgrade(proxy.origin, {})).status).toBe(401)
    expect(api.count()).toBe(before)
  })

  test('is closed while RAMP is down, and says so', async () => {
    const alone = await startProxy(name, { ramp: await freePort(), api: api.port })
    try {
      const script = new TokenHolder(alone.origin, await owner.token())
      for (const path of ['/', '/templates/1']) {
        const answer = await refused(503, () => script.get(path, SPOOFED))
        expect(answer.body).toMatchObject({ status: 503, code: 'verification_unavailable' })
        expect(answer.headers['retry-after']).toBe('1')
      }
      await refused(503, () => new Actor(alone.origin).get('/'))
    } finally {
      await alone.stop()
    }
  })

  test('that is down itself is not said to be RAMP', async () => {
    const alone = await startProxy(name, { ramp: Number(new URL(ramp.origin).port), api: await freePort() })
    try {
      const { status, body } = await new TokenHolder(alone.origin, await owner.token()).get('/')
      expect([502, 503]).toContain(status)
      expect(JSON.stringify(body)).not.toContain('verification_unavailable')
    } finally {
      await alone.stop()
    }
  })
})

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

/** One request by this agent: the answer's status, and from which port of ours it was asked. */
function askBy(agent: Agent, origin: string, secret: string): Promise<{ status: number; port: number }> {
  return new Promise((resolve, reject) => {
    const req = request(`${origin}/`, { agent, headers: { authorization: `Bearer ${secret}` } }, (res) => {
      const { localPort: port = 0 } = res.socket
      res.resume().on('end', () => resolve({ status: res.statusCode ?? 0, port }))
    })
    req.on('error', reject).end()
  })
}

/** Asks for a WebSocket; without its frames, which are none of the proxy's business. */
function upgrade(origin: string, headers: Readonly<Record<string, string>>) {
  return new Promise<{ status: number; account?: unknown; socket?: Socket }>((resolve, reject) => {
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    }
    const req = request(`${origin}/live`, { headers: { ...handshake, ...headers } })
    req.on('upgrade', (res, socket: Socket) =>
      resolve({ status: res.statusCode ?? 0, account: res.headers['x-seen-account'], socket }),
    )
    req.on('response', (res) => {
      res.resume()
      resolve({ status: res.statusCode ?? 0 })
    })
    req.on('error', reject).end()
  })
}
