import { beforeAll, expect, test } from 'vitest'
import { type Member, newName, TokenHolder } from './support/actors.ts'
import { onBothEngines } from './support/databases.ts'
import type { Answer } from './support/http-client.ts'
import { client, introspect, type Machine, machineWith } from './support/machines.ts'
import { sendForm } from './support/oauth-client.ts'
import { useServer } from './support/test-app.ts'

onBothEngines('A secret', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  let owner: Member
  let script: TokenHolder
  /** The texts that must be nowhere, in the pieces that would be enough to find them. */
  let canaries: Record<string, string>
  const answers: Answer[] = []

  beforeAll(async () => {
    owner = await server.member({ username: newName('canary') })
    script = await owner.token({ name: 'canary' })
    const device = await sendForm(server.anonymous, '/oauth2/device_authorization', { client_id: 'ramp-cli' })
    const machine = await machineWith(server)
    const grant = { grant_type: 'client_credentials' }
    const access = await sendForm(client(server.origin, machine.id, machine.token.secret), '/oauth2/token', grant)
    const typed = 'correct-horse-battery-staple-in-the-wrong-field'
    canaries = {
      token: script.secret.slice('ramp_pat_'.length + 12, -6),
      'device code': device.body.device_code,
      'user code': device.body.user_code,
      'service token': machine.token.secret.slice(21, -6),
      'access token': access.body.access_token.slice(21, -6),
      cookie: owner.cookie.slice('ramp_session='.length),
      password: owner.password.replace(owner.username, ''),
      'initial password': 'initial password of',
      'what was typed as a username': typed,
    }
    await everythingThatGoesWrong(typed)
    await oauthThatGoesWrong(device.body, machine, access.body.access_token)
    await server.services.usage.flush()
  })

  /** Puts the secrets wherever a person or a program might by mistake. */
  async function everythingThatGoesWrong(typed: string): Promise<void> {
    const { secret, id } = script
    const { password, cookie, username } = owner
    const administrator = server.administrator
    const forged = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`
    const calls = [
      script.get('/api/v1/me', {
        'user-agent': `script/1 (${secret})`,
        referer: `https://x/?${secret}`,
        'x-token': secret,
      }),
      script.get('/api/v1/members'),
      script.get('/_auth/verify?permission=no-such:thing', {
        'x-forwarded-for': '192.0.2.7',
        'x-original-uri': `/${secret}`,
      }),
      script.get(`/_auth/verify/${secret}`),
      introspect(script, secret),
      introspect(server.anonymous, secret),
      introspect(client(server.origin, secret, secret), secret),
      introspect(client(server.origin, owner.id, `${secret}%`), secret),
      introspect((await machineWith(server, 'TokenVerifier')).token, forged, { address: secret, [secret]: password }),
      sendForm(script, '/oauth2/revoke', `${secret}=${secret}&${secret}=${secret}`),
      sendForm(script, '/oauth2/revoke', { token: forged, token_type_hint: secret }),
      owner.get(`/api/v1/tokens?access_token=${secret}`),
      owner.get(`/api/v1/tokens?q=${secret}`),
      owner.get(`/api/v1/tokens/${secret}`),
      owner.get(`/${secret}`),
      owner.get(`/${secret}%`),
      owner.get(`/api/v1/tokens?cursor=${secret}`),
      owner.post('/api/v1/tokens', { name: secret }),
      owner.post('/api/v1/tokens', { name: 'x', [secret]: password }),
      owner.post('/api/v1/tokens', { name: 'x', permissions: [secret], allowedAddresses: [secret], expiresAt: secret }),
      owner.request('POST', '/api/v1/tokens', { body: `{"name": "${secret}"` }),
      owner.request('POST', '/api/v1/tokens', { body: secret, headers: { 'content-type': secret } }),
      owner.patch(`/api/v1/tokens/${id}`, { name: `renamed ${secret}` }),
      owner.put('/api/v1/me/password', { currentPassword: secret, newPassword: password }),
      owner.put('/api/v1/me/password', { currentPassword: password, newPassword: password }),
      administrator.patch(`/api/v1/members/${owner.id}`, { firstName: secret }),
      administrator.put(`/api/v1/members/${owner.id}/roles/${secret}`),
      administrator.get(`/api/v1/members?q=${secret}`),
      server.anonymous.post('/api/v1/session', { username, password: secret }),
      server.anonymous.post('/api/v1/session', { username, password, extra: secret }),
      server.anonymous.post('/api/v1/session', { username: typed, password }),
      server.anonymous.post('/api/v1/session', { username: secret, password }),
      server.anonymous.get('/api/v1/me', { authorization: `Bearer ${forged}` }),
      server.anonymous.get('/api/v1/me', {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      }),
      server.anonymous.get('/api/v1/me', { authorization: `${secret} Bearer` }),
      server.anonymous.get('/api/v1/me', { cookie: `${cookie}x; other=${secret}` }),
      server.anonymous.get('/api/v1/me', { authorization: [`Bearer ${secret}`, `Bearer ${secret}`] as never }),
      server.anonymous.get('/api/v1/me', { 'x-forwarded-for': secret }),
      server.anonymous.request('BREW', `/${secret}`).catch((): Answer => ({ status: 0, headers: {}, body: null })),
      server.anonymous.get('/openapi.json'),
      server.anonymous.get('/metrics'),
      administrator.patch(`/api/v1/members/${owner.id}`, { password: 'short' }),
      administrator.get(`/api/v1/members/${owner.id}`),
      owner.get('/api/v1/tokens?status=all'),
      owner.get('/api/v1/me'),
      administrator.get('/api/v1/audit-events?limit=200'),
    ]
    answers.push(...(await Promise.all(calls)))
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([])
  }

  async function oauthThatGoesWrong(
    codes: { device_code: string; user_code: string },
    machine: Machine,
    access: string,
  ): Promise<void> {
    const { anonymous, origin } = server
    const { secret } = machine.token
    const poll = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'ramp-cli' }
    const grant = { grant_type: 'client_credentials', client_id: machine.id }
    const calls = [
      sendForm(anonymous, '/oauth2/token', { ...poll, device_code: codes.device_code }),
      sendForm(anonymous, '/oauth2/token', { ...poll, device_code: `${codes.device_code}x` }),
      sendForm(anonymous, '/oauth2/token', { ...poll, client_id: codes.device_code, scope: codes.device_code }),
      sendForm(anonymous, '/oauth2/token', { ...grant, client_secret: `${secret}x` }),
      sendForm(anonymous, '/oauth2/token', { ...grant, client_id: secret, client_secret: access }),
      sendForm(anonymous, '/oauth2/token', { ...grant, client_secret: secret, scope: `${secret} ${access}` }),
      sendForm(anonymous, '/oauth2/token', `${secret}=1&${secret}=1`),
      sendForm(anonymous, '/oauth2/token', { grant_type: secret }),
      sendForm(anonymous, '/oauth2/device_authorization', { client_id: 'ramp-cli', device_name: secret }),
      sendForm(client(origin, machine.id, access), '/oauth2/token', { grant_type: 'client_credentials' }),
      server.administrator.post('/api/v1/admin/tokens/explain', { token: access }),
      machine.token.get('/api/v1/me', { 'user-agent': access }),
      new TokenHolder(origin, { id: '', secret: access }).get('/api/v1/me'),
    ]
    const oauthAnswers = await Promise.all(calls)
    expect(oauthAnswers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([])
    answers.push(...oauthAnswers)
  }

  const expectNowhere = (where: string, text: string) => {
    for (const [what, canary] of Object.entries(canaries)) {
      expect(text.toLowerCase().includes(canary.toLowerCase()), `${what} in ${where}`).toBe(false)
      const encoded = Buffer.from(canary).toString('base64').slice(0, -3)
      expect(text.includes(encoded), `${what} in base64 in ${where}`).toBe(false)
    }
  }

  test('is in no answer after the one that showed it', () => {
    for (const { headers, body } of answers) expectNowhere('an answer', JSON.stringify([headers, body]))
  })

  test('is in no line of the log, at the level trace', () => {
    expect(server.log.length).toBeGreaterThan(answers.length)
    expect(
      server.log.some((line) => line.includes(`ramp_pat_${script.id}`)),
      'the public id may be',
    ).toBe(true)
    for (const line of server.log) expectNowhere(`the log: ${line.slice(0, 300)}`, line)
  })

  test('is in no table, and no audit event', async () => {
    const tables = await server.sql<{ name: string }>(
      engine === 'sqlite'
        ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
        : "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    )
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'token',
        'access_token',
        'device_authorization',
        'session',
        'audit_event',
        'sign_in_failure',
      ]),
    )
    for (const { name } of tables) {
      const rows = await server.sql(`SELECT * FROM ${name}`)
      expectNowhere(
        `the table ${name}`,
        JSON.stringify(rows, (_key, value) => (value instanceof Uint8Array ? String(Buffer.from(value)) : value)),
      )
    }
    expect(await server.count('audit_event')).toBeGreaterThan(10)
  })
})
