import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { startServer, type TestServer, useServer } from '../../support/test-app.ts'

const SESSION = '/api/v1/session'

const setCookies = ({ headers }: Answer) => headers['set-cookie'] ?? []
const pairs = (answer: Answer) => setCookies(answer).map((cookie) => cookie.split(';', 1)[0] ?? '')

/** A browser's cookies of one host: it tells them apart by name, not by port. */
class CookieJar {
  readonly #cookies = new Map<string, string>()

  keep(answer: Answer): Answer {
    for (const cookie of setCookies(answer)) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/Max-Age=0/.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }

  get header(): { cookie: string } {
    return { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
  }
}

onBothEngines('Of two session cookies in one request', (engine) => {
  const server = useServer(engine)
  const statusWith = async (cookie: string) => (await server.anonymous.get('/api/v1/me', { cookie })).status
  const STALE = 'A'.repeat(43)

  test('the valid one counts, wherever it stands and whatever the other is called', async () => {
    const owner = await server.member()
    const [name = '', value = ''] = owner.cookie.split('=')
    for (const stale of [`${name}=${STALE}`, `ramp_session=${STALE}`, `9999-ramp_session=${STALE}`, `${name}=`]) {
      expect(await statusWith(`${stale}; ${owner.cookie}`), stale).toBe(200)
      expect(await statusWith(`${owner.cookie}; ${stale}`), stale).toBe(200)
    }
    expect(await statusWith(`ramp_session=${value}`)).toBe(200)
    expect(await statusWith(`ramp_session=${STALE}; ${name}=${STALE}`)).toBe(401)
    expect(await statusWith(`xramp_session=${value}`)).toBe(401)
    expect(await statusWith(`__Host-ramp_session=${value}`)).toBe(401)
  })

  test('five are looked at and no more, the own name first', async () => {
    const owner = await server.member()
    const others = (count: number) =>
      Array.from({ length: count }, (_, port) => `${port}-ramp_session=${String(port).repeat(43)}`).join('; ')
    const value = owner.cookie.split('=')[1]
    expect(await statusWith(`${others(4)}; ramp_session=${value}`)).toBe(200)
    expect(await statusWith(`${others(5)}; ramp_session=${value}`)).toBe(401)
    expect(await statusWith(`${others(20)}; ${owner.cookie}`)).toBe(200)
  })

  test('all end at the next sign-in', async () => {
    const [first, second] = [await server.member(), await server.member()]
    const [, value = ''] = second.cookie.split('=')
    await first.signInAgain({ cookie: `${first.cookie}; ramp_session=${value}` })
    expect((await first.get('/api/v1/me')).status).toBe(401)
    expect((await second.get('/api/v1/me')).status).toBe(401)
  })

  test('signing out clears the name that the session came by', async () => {
    const owner = await server.member()
    const [name = '', value = ''] = owner.cookie.split('=')
    const answer = await server.anonymous.delete(SESSION, { cookie: `ramp_session=${value}` })
    expect(answer.status).toBe(204)
    expect(pairs(answer).sort()).toEqual([`${name}=`, 'ramp_session='].sort())
  })
})

describe('Two servers on one host, at two ports', () => {
  let servers: readonly [TestServer, TestServer]
  beforeAll(async () => {
    servers = [await startServer('sqlite'), await startServer('sqlite')]
  })
  afterAll(async () => {
    for (const server of servers) await server.close()
  })

  test('do not sign each other out', async () => {
    const [first, second] = servers
    const jar = new CookieJar()
    const signInAt = async ({ anonymous, administrator: { username, password } }: TestServer) =>
      jar.keep(await anonymous.post(SESSION, { username, password }, jar.header))
    const isIn = async ({ anonymous }: TestServer) => (await anonymous.get('/api/v1/me', jar.header)).status === 200

    await signInAt(first)
    await signInAt(second)
    expect([await isIn(first), await isIn(second)]).toEqual([true, true])
    jar.keep(await second.anonymous.delete(SESSION, jar.header))
    expect([await isIn(first), await isIn(second)]).toEqual([true, false])
    await signInAt(second)
    expect([await isIn(first), await isIn(second)]).toEqual([true, true])
  })
})

onBothEngines('The cookie on https', (engine) => {
  const secure = useServer(engine, { config: { publicUrl: 'https://ramp.example' } })
  const elsewhere = useServer(engine, { config: { publicUrl: 'https://ramp.example:8443' } })
  const signIn = ({ anonymous, administrator: { username, password } }: TestServer, headers = {}) =>
    anonymous.post(SESSION, { username, password }, headers)

  test('has the prefix by which browsers keep other hosts from setting it', async () => {
    const answer = await signIn(secure)
    const [pair = '', ...attributes] = setCookies(answer)[0]?.split('; ') ?? []
    expect(pair).toMatch(/^__Host-ramp_session=[A-Za-z0-9_-]{43}$/)
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Strict', 'Secure'])
    expect((await secure.anonymous.get('/api/v1/me', { cookie: pair })).status).toBe(200)
    const out = await secure.anonymous.delete(SESSION, { cookie: pair, origin: 'https://ramp.example' })
    expect(setCookies(out)).toEqual([expect.stringMatching(/^__Host-ramp_session=; Max-Age=0; .*Secure/)])
  })

  test('names the port if it is not that of https', async () => {
    expect(pairs(await signIn(elsewhere))[0]).toMatch(/^__Host-8443-ramp_session=/)
  })

  test('does not count without the prefix: another host could have planted it', async () => {
    const value = pairs(await signIn(secure))[0]?.split('=')[1]
    expect((await secure.anonymous.get('/api/v1/me', { cookie: `ramp_session=${value}` })).status).toBe(401)
  })
})

onBothEngines('Behind a proxy that is trusted', (engine) => {
  const trusting = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  const distrustful = useServer(engine)
  const cookieAt = async ({ anonymous, administrator }: TestServer, headers: Record<string, string | string[]>) => {
    const { username, password } = administrator
    const answer = await anonymous.post(SESSION, { username, password }, { host: 'ramp.example', ...headers })
    expect(answer.status).toBe(201)
    return setCookies(answer)[0] ?? ''
  }

  const HTTPS: readonly Record<string, string | string[]>[] = [
    { 'x-forwarded-proto': 'https' },
    { 'x-forwarded-proto': 'HTTPS' },
    { 'x-forwarded-proto': 'https, http' },
    { 'x-forwarded-proto': 'http, https' },
    { 'x-forwarded-proto': 'https,http,http' },
    { 'x-forwarded-proto': ' https ' },
    { 'x-forwarded-proto': '"https"' },
    { 'x-forwarded-proto': ['https', 'http'] },
    { forwarded: 'for=192.0.2.7;proto=https' },
    { forwarded: 'For="[2001:db8::1]"; Proto="HTTPS", for=10.0.0.1;proto=http' },
    { forwarded: 'proto=https', 'x-forwarded-proto': 'http' },
  ]

  test.each(HTTPS)('a request is https with %j, and the cookie Secure', async (headers) => {
    const cookie = await cookieAt(trusting, headers)
    expect(cookie).toMatch(/^__Host-ramp_session=.*; Secure/)
    expect(await cookieAt(distrustful, headers)).toMatch(/^80-ramp_session=(?!.*Secure)/)
  })

  test.each<Record<string, string>>([
    {},
    { 'x-forwarded-proto': 'http' },
    { 'x-forwarded-proto': 'httpsx' },
    { 'x-forwarded-proto': 'xhttps' },
    { forwarded: 'for=https' },
    { forwarded: 'for=a;proto=http;host="https.example"' },
  ])('a request is http with %j', async (headers) => {
    expect(await cookieAt(trusting, headers)).toMatch(/^80-ramp_session=(?!.*Secure)/)
  })
})
