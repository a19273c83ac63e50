import { expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import type { Answer } from '../../support/http-client.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const SESSION = '/api/v1/session'

onBothEngines('Signing in', (engine) => {
  const server = useServer(engine)
  const signIn = (username: string, password: string) => server.anonymous.post(SESSION, { username, password })

  test('opens a session with a cookie that scripts cannot read and other sites cannot send', async () => {
    const owner = await server.member({ roles: ['SuperUser'] })
    const answer = await signIn(owner.username, owner.password)
    expect(answer).toMatchObject({ status: 201, body: { accountId: owner.id, mustChangePassword: false } })
    expect(answer.headers['set-cookie']).toHaveLength(1)
    const [value, ...attributes] = answer.headers['set-cookie']?.[0]?.split('; ') ?? []
    expect(value).toMatch(/^ramp_session=[A-Za-z0-9_-]{43}$/)
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Strict'])
    expect(answer.headers['cache-control']).toBe('no-store')
    const me = await server.anonymous.get('/api/v1/me', { cookie: value })
    expect(me).toMatchObject({
      status: 200,
      body: { account: { id: owner.id, roles: ['SuperUser'] }, credential: { type: 'session' } },
    })
  })

  test('takes the username in any case and Unicode form, the password exactly', async () => {
    const owner = await server.member({ username: 'Zoé' })
    for (const username of ['zoé', 'ZOÉ', 'zoe\u0301', 'ｚoé'])
      expect((await signIn(username, owner.password)).status).toBe(201)
    expect((await signIn('zoé', owner.password.toUpperCase())).status).toBe(401)
    expect((await signIn('zoé', `${owner.password} `)).status).toBe(401)
  })

  test('says the same to an unknown user, a wrong password and a deactivated account, and opens nothing', async () => {
    const owner = await server.member()
    const gone = await server.member()
    await server.administrator.patch(`/api/v1/members/${gone.id}`, { status: 'deactivated' })
    const attempts = [
      () => signIn('nobody-of-this-name', owner.password),
      () => signIn(owner.username, gone.password),
      () => signIn(gone.username, gone.password),
    ]
    const answers: Answer[] = []
    for (const attempt of attempts) answers.push(await nothingHappens(server, attempt, ['audit_event']))
    for (const { status, headers, body } of answers) {
      expect(status).toBe(401)
      expect(headers['set-cookie']).toBeUndefined()
      expect({ ...body, requestId: '' }).toEqual({ ...answers[0]?.body, requestId: '' })
    }
    expect(answers[0]?.body.code).toBe('sign_in_failed')
  })

  test('takes as long for an unknown user as for a wrong password', async () => {
    const owner = await server.member()
    const median = async (username: string) => {
      const times: number[] = []
      for (let round = 0; round < 5; round++) {
        const before = performance.now()
        await signIn(username, 'not the password')
        times.push(performance.now() - before)
      }
      return times.sort((a, b) => a - b)[2] ?? 0
    }
    const [known, unknown] = [await median(owner.username), await median('nobody-at-all')]
    // Without the same work for nobody, it would be a twentieth.
    expect(unknown).toBeGreaterThan(known / 2)
  })

  test('renews the session: the cookie of before is dead, and one that was planted is not taken over', async () => {
    const owner = await server.member()
    const again = await owner.signInAgain({ cookie: owner.cookie })
    expect(again.cookie).not.toBe(owner.cookie)
    expect((await again.get('/api/v1/me')).status).toBe(200)
    expect(await owner.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    const planted = `ramp_session=${'A'.repeat(43)}`
    const third = await owner.signInAgain({ cookie: planted })
    expect(third.cookie).not.toBe(planted)
    expect((await server.anonymous.get('/api/v1/me', { cookie: planted })).status).toBe(401)
  })

  test('stores neither the cookie nor the password', async () => {
    const owner = await server.member()
    const value = owner.cookie.slice('ramp_session='.length)
    const rows = JSON.stringify([await server.sql('SELECT * FROM session'), await server.sql('SELECT * FROM member')])
    expect(rows).not.toContain(value)
    expect(rows).not.toContain(owner.password)
    const [member] = await server.sql<{ password_hash: string }>(
      `SELECT password_hash FROM member WHERE account_id = '${owner.id}'`,
    )
    expect(member?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test.each([
    {},
    { username: 'admin' },
    { username: 'admin', password: '' },
    { username: '', password: 'x' },
    { username: ['admin'], password: 'x' },
    { username: 'admin', password: { $ne: '' } },
    { username: 'ad\u0000min', password: 'x' },
    { username: 'admin', password: 'x'.repeat(257) },
    { username: 'admin', password: 'x', remember: true },
  ])('refuses %j', async (body) => {
    const refused = await nothingHappens(server, () => server.anonymous.post(SESSION, body))
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })
})

onBothEngines('The cookie on https', (engine) => {
  const server = useServer(engine, { config: { publicUrl: 'https://ramp.example', trustProxy: ['127.0.0.1'] } })
  test('is sent over https only', async () => {
    const { username, password } = server.administrator
    const answer = await server.anonymous.post(SESSION, { username, password })
    expect(answer.headers['set-cookie']?.[0]).toContain('; Secure')
  })
})
