import { describe, expect, test } from 'vitest'
import { Actor, Member, newName, TokenHolder } from '../../support/actors.ts'
import { useDistantNode } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

describe('PostgreSQL gone', () => {
  const server = useServer('postgres')
  const distant = useDistantNode(server)

  test('nothing is let in unverified and nothing is changed: 503; once it is back, all is as before', async () => {
    const script = new TokenHolder(distant.node.origin, await server.administrator.token())
    const administrator = new Member(distant.node.origin, server.administrator)
    for (const actor of [script, administrator]) expect((await actor.get('/api/v1/me')).status).toBe(200)

    await distant.network.cut()

    for (let call = 0; call < 3; call++) {
      const refused = await script.get('/api/v1/me')
      expect(refused).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
      expect(refused.headers['retry-after']).toBe('1')
    }
    const forged = await new Actor(distant.node.origin, { authorization: 'Bearer x' }).get('/api/v1/me')
    expect(forged, 'what is no token needs no database').toMatchObject({ status: 401, body: { code: 'token_invalid' } })
    const attempts = [
      () => administrator.get('/api/v1/me'),
      () => administrator.post('/api/v1/tokens', { name: newName('lost') }),
      () => administrator.delete(`/api/v1/tokens/${script.id}`),
      () =>
        distant.node.anonymous.post('/api/v1/session', {
          username: administrator.username,
          password: administrator.password,
        }),
      () => distant.node.anonymous.get('/readyz'),
    ]
    for (const attempt of attempts) {
      const refused = await nothingHappens(server, attempt)
      expect(refused).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
    }
    expect((await distant.node.anonymous.get('/healthz')).status).toBe(200)

    await distant.network.mend()

    for (const actor of [script, administrator]) expect((await actor.get('/api/v1/me')).status).toBe(200)
    expect((await administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
  })

  test('use that was noted meanwhile is written once it is back', async () => {
    const script = new TokenHolder(distant.node.origin, await server.administrator.token())
    await script.get('/api/v1/me', { 'user-agent': 'patient/1' })
    await distant.network.cut()
    await distant.node.services.usage.flush()
    await distant.network.mend()
    await distant.node.services.usage.flush()
    const rows = await server.sql(`SELECT last_used_client FROM token_usage WHERE token_id = '${script.id}'`)
    expect(rows).toEqual([{ last_used_client: 'patient/1' }])
  })
})
