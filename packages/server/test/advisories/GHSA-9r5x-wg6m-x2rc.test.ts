// Gitea: scopes were not enforced when the token came in a Basic header. Here: there is one way in; a narrowed token is
// as narrow however its Bearer header is written, and in any other place it is refused.
import { expect, test } from 'vitest'
import type { TokenHolder } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { useServer } from '../support/test-app.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

const BASIC: Readonly<Record<string, (token: TokenHolder) => string>> = {
  'as the username': ({ secret }) => `Basic ${base64(`${secret}:`)}`,
  'as the username with x-oauth-basic': ({ secret }) => `Basic ${base64(`${secret}:x-oauth-basic`)}`,
  'as the password': ({ secret }) => `Basic ${base64(`admin:${secret}`)}`,
  'without encoding': ({ secret }) => `Basic ${secret}`,
  'with the scheme token': ({ secret }) => `token ${secret}`,
}

onBothEngines('A narrowed token', (engine) => {
  const server = useServer(engine)

  test.each(Object.keys(BASIC))('in a Basic header, %s, is refused and does nothing', async (way) => {
    const narrowed = await server.administrator.tokenWith('own-tokens:read')
    const authorization = BASIC[way]?.(narrowed) ?? ''
    for (const path of ['/api/v1/me', '/api/v1/tokens', '/api/v1/members']) {
      const refused = await nothingHappens(server, () => server.anonymous.get(path, { authorization }))
      expect(refused).toMatchObject({ status: 401, body: { code: 'authorization_scheme_unsupported' } })
      expect(JSON.stringify(refused)).not.toContain(narrowed.secret)
    }
  })

  test.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer   '])('after "%s" is as narrow', async (scheme) => {
    const narrowed = await server.administrator.tokenWith('own-tokens:read')
    const headers = { authorization: `${scheme}${narrowed.secret}` }
    expect((await server.anonymous.get('/api/v1/tokens', headers)).status).toBe(200)
    for (const path of ['/api/v1/members', '/api/v1/audit-events']) {
      const refused = await server.anonymous.get(path, headers)
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    }
  })

  test.each(['x-api-key', 'private-token', 'x-access-token', 'proxy-authorization', 'cookie'])(
    'in the header %s is not read',
    async (header) => {
      const { secret } = await server.administrator.tokenWith('own-tokens:read')
      const value = header === 'cookie' ? `ramp_session=${secret}` : `Bearer ${secret}`
      expect((await server.anonymous.get('/api/v1/me', { [header]: value })).status).toBe(401)
    },
  )
})
