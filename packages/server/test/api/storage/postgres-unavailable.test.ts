import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Actor, Member, newName, TokenHolder } from '../../support/actors.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import { startServer, type TestServer, useServer } from '../../support/test-app.ts'

describe('PostgreSQL gone', () => {
  const server = useServer('postgres')
  let network: TcpProxy
  /** A second server on the same database, by a network that can be cut. */
  let node: TestServer

  beforeAll(async () => {
    const url = new URL(server.testDatabase.url)
    network = await tcpProxy(Number(url.port))
    url.port = String(network.port)
    node = await startServer('postgres', { on: { ...server.testDatabase, url: url.href } })
  })
  afterAll(async () => {
    await node.close()
    await network.cut()
  })

  test('nothing is let in unverified and nothing is changed: 503; once it is back, all is as before', async () => {
    const script = new TokenHolder(node.origin, await server.administrator.token())
    const administrator = new Member(node.origin, server.administrator)
    for (const actor of [script, administrator]) expect((await actor.get('/api/v1/me')).status).toBe(200)

    await network.cut()

    for (let call = 0; call < 3; call++) {
      const refused = await script.get('/api/v1/me')
      expect(refused).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
      expect(refused.headers['retry-after']).toBe('1')
    }
    const forged = await new Actor(node.origin, { authorization: 'Bearer x' }).get('/api/v1/me')
    expect(forged, 'what is no token needs no database').toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    const attempts = [
      () => administrator.get('/api/v1/me'),
      () => administrator.post('/api/v1/tokens', { name: newName('lost') }),
      () => administrator.delete(`/api/v1/tokens/${script.id}`),
      () =>
        node.anonymous.post('/api/v1/session', { username: administrator.username, password: administrator.password }),
      () => node.anonymous.get('/readyz'),
    ]
    for (const attempt of attempts) {
      const refused = await nothingHappens(server, attempt)
      expect(refused).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
    }
    expect((await node.anonymous.get('/healthz')).status).toBe(200)

    await network.mend()

    for (const actor of [script, administrator]) expect((await actor.get('/api/v1/me')).status).toBe(200)
    expect((await administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
  })

  test('use that was noted meanwhile is written once it is back', async () => {
    const script = new TokenHolder(node.origin, await server.administrator.token())
    await script.get('/api/v1/me', { 'user-agent': 'patient/1' })
    await network.cut()
    await node.services.usage.flush()
    await network.mend()
    await node.services.usage.flush()
    const rows = await server.sql(`SELECT last_used_client FROM token_usage WHERE token_id = '${script.id}'`)
    expect(rows).toEqual([{ last_used_client: 'patient/1' }])
  })
})
