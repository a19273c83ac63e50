import { expect, test } from 'vitest'
import { ACCESS } from '../../../src/http/access.ts'
import { type Member, newName, signIn } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const PASSWORD = '/api/v1/me/password'

onBothEngines('Changing the own password', (engine) => {
  const server = useServer(engine)

  test('ends the other sessions, goes on with this one, and leaves the tokens', async () => {
    const owner = await server.member()
    const elsewhere = await owner.signInAgain()
    const script = await owner.token()
    const changed = await owner.put(PASSWORD, { currentPassword: owner.password, newPassword: 'a quite new password' })
    expect(changed).toMatchObject({ status: 204, body: null })
    expect((await owner.get('/api/v1/me')).status).toBe(200)
    expect(await elsewhere.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const attempt = (password: string) =>
      server.anonymous.post('/api/v1/session', { username: owner.username, password })
    expect((await attempt(owner.password)).status).toBe(401)
    expect((await attempt('a quite new password')).status).toBe(201)
  })

  test('revokes all tokens along with it, if asked', async () => {
    const owner = await server.member()
    const tokens = [await owner.token(), await owner.token()]
    const newPassword = 'another one entirely'
    const body = { currentPassword: owner.password, newPassword, revokeTokens: true }
    expect((await owner.put('/api/v1/me/password', body)).status).toBe(204)
    for (const token of tokens) expect((await token.get('/api/v1/me')).body.code).toBe('token_revoked')
  })

  test('takes the current one; guessing it is limited as signing in is', async () => {
    const owner = await server.member()
    const guess = () =>
      owner.put(PASSWORD, { currentPassword: 'not the current one', newPassword: 'a quite new password' })
    for (let round = 0; round < 10; round++) {
      const refused = await nothingHappens(server, guess, ['audit_event'])
      expect(refused).toMatchObject({
        status: 403,
        body: { code: 'current_password_wrong', errors: [{ field: 'currentPassword' }] },
      })
    }
    expect(await guess()).toMatchObject({ status: 429, body: { code: 'too_many_sign_ins' } })
  })

  const refusesAll = async (owner: Member, refused: readonly (readonly [newPassword: string, code: string])[]) => {
    for (const [newPassword, code] of refused) {
      const body = { currentPassword: owner.password, newPassword }
      const answer = await nothingHappens(server, () => owner.put(PASSWORD, body))
      expect(answer, newPassword).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field: 'newPassword', code }] },
      })
    }
  }

  test('refuses a new one that is short, long, one character, or the current one', async () => {
    const owner = await server.member()
    await refusesAll(owner, [
      ['1234567', 'too_short'],
      ['🔑🔑🔒🔑🔒🔑🔓', 'too_short'],
      ['x'.repeat(257), 'too_long'],
      ['aaaaaaaaaaaa', 'password_too_simple'],
      [owner.password, 'password_unchanged'],
    ])
  })

  test('refuses a new one that is common, or made of the username, the email name or "ramp"', async () => {
    const owner = await server.member({ username: newName('longname') })
    await refusesAll(owner, [
      ['password123', 'password_too_common'],
      ['PassWord1234', 'password_too_common'],
      ['ｑｗｅｒｔｙｕｉｏｐ', 'password_too_common'],
      [owner.username.toUpperCase(), 'password_is_username'],
      ['longname!!', 'password_is_username'],
      ['longnamelongname', 'password_is_username'],
      ['ramp2026', 'password_too_obvious'],
      ['Ramp-Ramp-Ramp', 'password_too_obvious'],
    ])
    const renamed = { email: 'mia.summer@example.test' }
    await server.administrator.patch(`/api/v1/members/${owner.id}`, renamed)
    await refusesAll(owner, [['mia-summer-26', 'password_too_obvious']])
  })

  test('takes any other: no rules of composition, and a common word in it is no fault', async () => {
    const owner = await server.member()
    let currentPassword = owner.password
    for (const newPassword of [
      'correct horse battery staple',
      'my password is long',
      `${owner.username} at work`,
      'ramp 83927461029384',
      '        \u00e9 8',
    ]) {
      const changed = await owner.put(PASSWORD, { currentPassword, newPassword })
      expect(changed.status, newPassword).toBe(204)
      currentPassword = newPassword
    }
  })

  test('is nothing that a token does', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const body = { currentPassword: owner.password, newPassword: 'a quite new password' }
    const refused = await nothingHappens(server, () => script.put(PASSWORD, body))
    expect(refused).toMatchObject({ status: 403, body: { code: 'session_required' } })
  })
})

onBothEngines('A password that somebody else chose', (engine) => {
  const server = useServer(engine)
  const initial = 'chosen by the administrator'

  test('must be changed before anything else but leaving', async () => {
    const username = newName('fresh')
    const names = { username, email: `${username}@example.test`, firstName: 'Fresh', lastName: '' }
    await server.administrator.post('/api/v1/members', { ...names, password: initial, roles: ['Administrator'] })
    const answer = await server.anonymous.post('/api/v1/session', { username, password: initial })
    expect(answer).toMatchObject({ status: 201, body: { mustChangePassword: true } })
    const session = await signIn(server.origin, { username, password: initial })

    const routes = Object.entries(ACCESS).filter(
      ([, rule]) => rule.by.includes('session') && !rule.beforePasswordChange,
    )
    expect(routes.length).toBeGreaterThan(10)
    for (const [route] of routes) {
      const [method = '', path = ''] = route.split(' ')
      const refused = await nothingHappens(
        server,
        () => session.request(method, path.replace(':id', session.id).replace(':role', 'SuperUser')),
        ['audit_event'],
      )
      expect(refused, route).toMatchObject({ status: 403, body: { code: 'password_change_required' } })
    }
    expect((await session.put(PASSWORD, { currentPassword: initial, newPassword: 'my own password' })).status).toBe(204)
    expect((await session.get('/api/v1/members')).status).toBe(200)
  })

  test('after a reset, ends the sessions and leaves the tokens', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const reset = await server.administrator.patch(`/api/v1/members/${owner.id}`, { password: initial })
    expect(reset).toMatchObject({ status: 200, body: { mustChangePassword: true } })
    expect((await owner.get('/api/v1/me')).status).toBe(401)
    expect((await script.get('/api/v1/me')).status).toBe(200)
    const session = await signIn(server.origin, { username: owner.username, password: initial })
    expect((await session.get('/api/v1/me')).status).toBe(403)
    expect((await session.delete('/api/v1/session')).status).toBe(204)
  })
})

onBothEngines('A password that an administrator gives', (engine) => {
  const server = useServer(engine)

  test('follows the same rule, at creation and at a reset', async () => {
    const owner = await server.member()
    const username = newName('fresh')
    const names = { username, email: 'lena.kurz@example.test', firstName: 'Lena', lastName: 'Kurz' }
    for (const [password, code] of [
      ['1234567', 'too_short'],
      ['password123', 'password_too_common'],
      ['lena.kurz', 'password_too_obvious'],
      ['ramp-ramp', 'password_too_obvious'],
    ] as const) {
      const refusals = [
        () => server.administrator.post('/api/v1/members', { ...names, password }),
        () => server.administrator.patch(`/api/v1/members/${owner.id}`, { email: names.email, password }),
      ]
      for (const refuse of refusals) {
        expect(await nothingHappens(server, refuse), password).toMatchObject({
          status: 400,
          body: { errors: [{ field: 'password', code }] },
        })
      }
    }
  })
})

onBothEngines('A server that wants longer passwords', (engine) => {
  const server = useServer(engine, { config: { passwordMinLength: 15 } })

  test('says so, also to somebody who must change theirs, and refuses shorter ones', async () => {
    const username = newName('fresh')
    const names = { username, email: `${username}@example.test`, firstName: 'Fresh', lastName: '' }
    const short = await server.administrator.post('/api/v1/members', { ...names, password: 'fourteen chars' })
    expect(short).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'too_short', message: 'The password needs at least 15 characters.' }] },
    })
    const password = 'fifteen is fine'
    expect((await server.administrator.post('/api/v1/members', { ...names, password })).status).toBe(201)
    const session = await signIn(server.origin, { username, password })
    expect((await session.get('/api/v1/password-rules')).body).toEqual({ minLength: 15, maxLength: 256 })
    const own = (newPassword: string) => session.put(PASSWORD, { currentPassword: password, newPassword })
    expect((await own('fourteen chars')).body.errors[0].code).toBe('too_short')
    expect((await own('what I choose!!')).status).toBe(204)
  })
})
