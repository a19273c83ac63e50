import { expect, test } from 'vitest'
import { cookieOf, signIn } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import type { Answer } from '../support/http-client.ts'
import { nothingHappens } from '../support/nothing-happened.ts'
import { startServer, useServer } from '../support/test-app.ts'

const count = (answers: readonly Answer[], status: number) => answers.filter((each) => each.status === status).length

/** One after the other. */
async function repeat(times: number, ask: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let time = 0; time < times; time++) answers.push(await ask())
  return answers
}

onBothEngines('Request limits', (engine) => {
  const config = { addressLimit: 40, accountLimit: 30, tokenLimit: 10, trustProxy: ['127.0.0.1'] }
  const server = useServer(engine, { config })
  let hosts = 0
  const newAddress = () => ({ 'x-forwarded-for': `198.51.100.${++hosts}` })

  test('stop a token after so many requests a minute, say so, and change nothing', async () => {
    const member = await server.member()
    const script = await member.token()
    const answers = await repeat(10, () => script.get('/api/v1/tokens'))
    expect(count(answers, 200)).toBe(10)
    expect(answers[0]?.headers['ratelimit-policy']).toBe('"account";q=30;w=60, "token";q=10;w=60')
    expect(answers[9]?.headers['ratelimit']).toMatch(/"token";r=0;t=\d+$/)

    const path = `/api/v1/tokens/${script.id}`
    const refused = await nothingHappens(server, () => script.delete(path))
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    // Another token of the same account goes on, and so does verification.
    expect((await (await member.token()).get('/api/v1/tokens')).status).toBe(200)
    expect((await script.get('/_auth/verify')).status).toBe(200)
  })

  test('stop an account whose tokens are each below their limit', async () => {
    const member = await server.member()
    const scripts = [await member.token(), await member.token(), await member.token(), await member.token()]
    const answers: Answer[] = []
    for (const script of scripts) answers.push(...(await repeat(9, () => script.get('/api/v1/tokens'))))
    expect(count(answers, 429)).toBeGreaterThan(0)
    expect((await member.get('/api/v1/tokens')).status).toBe(429)
  })

  test.for([
    ['requests without a credential', {}, '/api/v1/tokens', 401],
    ['tokens that nobody has', { authorization: 'Bearer ramp_pat_no' }, '/api/v1/tokens', 401],
    ['pages that are not there', {}, '/no/such/page', 404],
  ] as const)('stop an address that sends %s', async ([, headers, path, status]) => {
    const from = newAddress()
    const answers = await repeat(45, () => server.anonymous.get(path, { ...headers, ...from }))
    expect([count(answers, status), count(answers, 429)]).toEqual([40, 5])
  })

  test('count a request that is refused for want of a permission', async () => {
    const script = await (await server.member()).token()
    const answers = await repeat(12, () => script.get('/api/v1/members'))
    expect([count(answers, 403), count(answers, 429)]).toEqual([10, 2])
  })

  test('of an address do not touch who is signed in behind it', async () => {
    const member = await server.member()
    const from = newAddress()
    await repeat(45, () => server.anonymous.get('/no/such/page', from))
    expect((await server.anonymous.get('/no/such/page', from)).status).toBe(429)
    expect((await member.get('/api/v1/tokens', from)).status).toBe(200)
    const script = await member.token()
    expect((await script.get('/api/v1/tokens', from)).status).toBe(200)
  })

  test('count a whole /64 of IPv6 as one address', async () => {
    const answers: Answer[] = []
    for (let host = 1; host <= 45; host++) {
      answers.push(await server.anonymous.get('/no/such/page', { 'x-forwarded-for': `2001:db8:1:2::${host}` }))
    }
    expect(count(answers, 429)).toBe(5)
  })

  test('do not apply to what decides about the traffic of other services', async () => {
    const script = await (await server.member()).token()
    for (const path of ['/_auth/verify', '/api/v1/me', '/healthz']) {
      const answers = await repeat(45, () => script.get(path))
      expect(count(answers, 200), path).toBe(45)
      expect(answers[0]?.headers['ratelimit'], path).toBeUndefined()
    }
  })

  test('can be turned off one by one', async () => {
    const open = await startServer(engine, { config: { addressLimit: null, accountLimit: 5, tokenLimit: null } })
    try {
      const answers = await repeat(50, () => open.anonymous.get('/no/such/page'))
      expect(count(answers, 404)).toBe(50)
      expect(answers[0]?.headers['ratelimit']).toBeUndefined()
      const again = await signIn(open.origin, open.administrator)
      expect(count(await repeat(6, () => again.get('/api/v1/tokens')), 429)).toBe(1)
      expect(cookieOf(answers[0] as Answer)).toBe('')
    } finally {
      await open.close()
    }
  })
})
