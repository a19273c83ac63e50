import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A token anywhere but in the Authorization header', (engine) => {
  const server = useServer(engine)

  test.each(['access_token=', 'ACCESS_TOKEN=', 'limit=1&access_token=', 'q=', 'token='])(
    'in the address (%s) is refused and neither echoed nor logged, whoever calls',
    async (query) => {
      const script = await server.administrator.token()
      for (const actor of [server.anonymous, server.administrator, script]) {
        const path = `/api/v1/tokens?${query}${script.secret}`
        const refused = await nothingHappens(server, () => actor.get(path))
        expect(refused).toMatchObject({ status: 400, body: { code: 'token_in_query' } })
        expect(JSON.stringify([refused.body, refused.headers])).not.toContain(script.secret)
      }
      expect(server.log.join('\n')).not.toContain(script.secret.slice(21))
      expect((await server.administrator.get(`/api/v1/tokens/${script.id}`)).body.lastUsedAt).toBeNull()
    },
  )

  test('in a form is refused and neither echoed nor logged', async () => {
    const script = await server.administrator.token()
    const refused = await nothingHappens(server, () =>
      server.anonymous.request('POST', '/api/v1/tokens', {
        body: `access_token=${script.secret}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    )
    expect(refused).toMatchObject({ status: 400, body: { code: 'token_in_form' } })
    expect(JSON.stringify([refused.body, refused.headers])).not.toContain(script.secret)
    expect(server.log.join('\n')).not.toContain(script.secret.slice(21))
  })

  test('in the path is no id, and is neither echoed nor logged', async () => {
    const script = await server.administrator.token()
    for (const path of [
      `/api/v1/tokens/${script.secret}`,
      `/${script.secret}`,
      `/${script.secret}%`,
      `/api/v1/tokens/${script.secret.repeat(9)}`,
    ]) {
      const refused = await nothingHappens(server, () => server.administrator.get(path))
      expect(refused.status).toBeGreaterThanOrEqual(400)
      expect(refused.status).toBeLessThan(500)
      expect(JSON.stringify(refused.body)).not.toContain(script.secret.slice(21))
    }
    expect(server.log.join('\n')).not.toContain(script.secret.slice(21))
  })

  test.each(['cookie', 'x-api-key', 'x-access-token', 'proxy-authorization'])(
    'in the header %s is not looked at',
    async (header) => {
      const script = await server.administrator.token()
      const value = header === 'cookie' ? `ramp_session=${script.secret}` : script.secret
      const refused = await server.anonymous.get('/api/v1/me', { [header]: value })
      expect(refused.status).toBe(401)
      expect(server.log.join('\n')).not.toContain(script.secret.slice(21))
    },
  )
})
