import { describe, expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const FOREIGN = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'CROSS-SITE, same-origin' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://127.0.0.1' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1' },
]

onBothEngines('A request that another site makes a browser send', (engine) => {
  const server = useServer(engine)

  test.each(FOREIGN)('is refused and changes nothing: %j', async (headers) => {
    const owner = server.administrator
    const script = await owner.token()
    const attempts = [
      () => owner.post('/api/v1/tokens', { name: newName('forged') }, headers),
      () => owner.patch(`/api/v1/tokens/${script.id}`, { name: newName('forged') }, headers),
      () => owner.delete(`/api/v1/tokens/${script.id}`, headers),
      () => owner.put(`/api/v1/members/${owner.id}/roles/SuperUser`, undefined, headers),
      () => owner.delete('/api/v1/session', headers),
      () => server.anonymous.post('/api/v1/session', { username: owner.username, password: owner.password }, headers),
    ]
    for (const attempt of attempts) {
      const refused = await nothingHappens(server, attempt)
      expect(refused).toMatchObject({ status: 403, body: { code: 'cross_site_request' } })
    }
  })

  test('is told from one of our own pages, and from a program that is no browser', async () => {
    const owner = server.administrator
    for (const headers of [
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { origin: server.origin },
      {},
    ]) {
      expect((await owner.post('/api/v1/tokens', { name: newName('own') }, headers)).status).toBe(201)
    }
  })

  test('with a token in it is no forgery: a browser does not add tokens by itself', async () => {
    const script = await server.administrator.token()
    const headers = { origin: 'https://dashboard.example', 'sec-fetch-site': 'cross-site' }
    expect((await script.patch(`/api/v1/tokens/${script.id}`, { name: newName('renamed') }, headers)).status).toBe(200)
  })

  test('finds no permission to read answers: no CORS headers', async () => {
    const answer = await server.anonymous.request('OPTIONS', '/api/v1/tokens', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    expect(answer.status).toBe(405)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  describe('behind a proxy', () => {
    const proxied = useServer(engine, { config: { publicUrl: 'https://ramp.example' } })
    test('is told by the public address', async () => {
      const attempt = (origin: string) =>
        proxied.administrator.post('/api/v1/tokens', { name: newName('own') }, { origin })
      expect((await attempt('https://ramp.example')).status).toBe(201)
      for (const origin of [proxied.origin, 'http://ramp.example', 'https://ramp.example.evil.example']) {
        expect((await attempt(origin)).status, origin).toBe(403)
      }
    })
  })
})
