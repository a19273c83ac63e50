import * as oauth from 'oauth4webapi'
import { beforeEach, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/clock.ts'
import { Actor, type Member, newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { oauthOf, sendForm } from '../../support/oauth-client.ts'
import { setPolicy } from '../../support/policy.ts'
import { useServer } from '../../support/test-app.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const ADDRESS = '/api/v1/device-authorizations'

onBothEngines('Device authorization', (engine) => {
  // Each test comes from an address of its own: what one asks for or mistypes does not hold up another.
  const server = useServer(engine, { config: { trustProxy: 1 } })
  let address = ''
  let addresses = 0
  beforeEach(() => {
    addresses++
    address = `192.0.2.${addresses}`
  })
  const from = () => ({ 'x-forwarded-for': address })

  interface Codes {
    readonly device_code: string
    readonly user_code: string
    readonly [name: string]: unknown
  }

  async function ask(parameters: Record<string, string> = {}): Promise<Codes> {
    const asked = await sendForm(
      server.anonymous,
      '/oauth2/device_authorization',
      { client_id: 'ramp-cli', ...parameters },
      { ...from(), 'user-agent': 'ramp/0.1.0' },
    )
    expect(asked.status).toBe(200)
    return asked.body
  }

  const poll = (device_code: string) =>
    sendForm(
      server.anonymous,
      '/oauth2/token',
      { grant_type: DEVICE_GRANT, client_id: 'ramp-cli', device_code },
      from(),
    )

  /** After the interval that the program was told to keep. */
  const pollInTime = (device_code: string, intervalMs = 5000) => {
    server.clock.advance(intervalMs)
    return poll(device_code)
  }

  const look = (person: Actor, code: string) => person.get(`${ADDRESS}/${code}`, from())
  const decide = (person: Actor, code: string, decision: 'approve' | 'deny') =>
    person.post(`${ADDRESS}/${code}/${decision}`, undefined, from())

  test('gives a program a token of whoever approves it, with a client that others wrote', async () => {
    const person = await server.member({ roles: ['GlobalTemplateViewer'] })
    const { server: as, options } = oauthOf(server)
    const client: oauth.Client = { client_id: 'ramp-cli' }
    const asked = await oauth.deviceAuthorizationRequest(
      as,
      client,
      oauth.None(),
      new URLSearchParams({ device_name: 'build-7' }),
      { ...options, headers: { ...from(), 'user-agent': 'ramp/0.1.0' } },
    )
    const codes = await oauth.processDeviceAuthorizationResponse(as, client, asked)
    expect(codes).toMatchObject({
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${server.origin}/_settings/authorize`,
      verification_uri_complete: `${server.origin}/_settings/authorize?code=${codes.user_code}`,
      expires_in: 600,
      interval: 5,
    })

    const fetchToken = async () => {
      server.clock.advance(5000)
      const answer = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), codes.device_code, {
        ...options,
        headers: from(),
      })
      return oauth.processDeviceCodeResponse(as, client, answer)
    }
    await expect(fetchToken()).rejects.toMatchObject({ error: 'authorization_pending' })

    const typed = String(codes.user_code).toLowerCase().replace('-', ' ')
    const shown = await look(person, encodeURIComponent(typed))
    expect(shown).toMatchObject({
      status: 200,
      body: { deviceName: 'build-7', permissions: null, address, client: 'ramp/0.1.0' },
    })
    expect(await decide(person, codes.user_code, 'approve')).toMatchObject({ status: 204 })

    const granted = await fetchToken()
    expect(granted).toMatchObject({ token_type: 'bearer', scope: expect.stringContaining('own-tokens:read') })
    expect(granted.expires_in).toBeGreaterThan(29 * 86_400)

    const script = new Actor(server.origin, { authorization: `Bearer ${granted.access_token}` })
    expect((await script.get('/api/v1/me')).body).toMatchObject({
      account: { username: person.username },
      credential: { type: 'pat' },
    })
    const { items } = (await person.get('/api/v1/tokens')).body
    expect(items).toMatchObject([{ name: 'build-7', kind: 'pat', permissions: null }])

    const events = (await server.administrator.get(`/api/v1/audit-events?actor=${person.id}&limit=10`)).body.items
    expect(events.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['device.approved', 'token.created']),
    )
    const [created] = events
    expect(created).toMatchObject({
      action: 'token.created',
      credential: { type: 'session' },
      address,
      target: { id: items[0].id },
      detail: { name: 'build-7', deviceAuthorizationId: expect.any(String) },
    })
  })

  test('is used once: a second poll gets nothing, not even at the same time', async () => {
    const person = await server.member()
    const { device_code, user_code } = await ask({ device_name: newName('machine') })
    await decide(person, user_code, 'approve')
    const answers = await Promise.all([pollInTime(device_code), poll(device_code), poll(device_code)])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await person.get('/api/v1/tokens')).body.items).toHaveLength(1)

    const again = await nothingHappens(server, () => pollInTime(device_code, 60_000))
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant', code: 'invalid_grant' } })
    expect(again.headers['content-type']).toMatch(/^application\/json/)
    expect(again.headers['cache-control']).toBe('no-store')
    expect(await look(person, user_code)).toMatchObject({ status: 404 })
    expect(await decide(person, user_code, 'deny')).toMatchObject({ status: 404 })
  })

  test('a guessed device code is an invalid grant', async () => {
    const guessed = await nothingHappens(server, () => poll('A'.repeat(43)))
    expect(guessed).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('whoever polls too fast is slowed down, and waits longer each time', async () => {
    const person = await server.member()
    const { device_code, user_code } = await ask()
    expect((await poll(device_code)).body.error).toBe('authorization_pending')
    expect((await poll(device_code)).body.error).toBe('slow_down')
    expect((await pollInTime(device_code, 5000)).body.error).toBe('slow_down')
    await decide(person, user_code, 'approve')
    expect((await pollInTime(device_code, 10_000)).body.error).toBe('slow_down')
    expect(await server.count(`token WHERE account_id = '${person.id}'`)).toBe(0)
    expect((await pollInTime(device_code, 20_000)).status).toBe(200)
  })

  test('a denied one says so, and stays denied', async () => {
    const person = await server.member()
    const { device_code, user_code } = await ask()
    expect(await decide(person, user_code, 'deny')).toMatchObject({ status: 204 })
    expect(await decide(person, user_code, 'approve')).toMatchObject({ status: 404 })
    expect((await poll(device_code)).body).toMatchObject({ error: 'access_denied' })
    expect(await server.count(`token WHERE account_id = '${person.id}'`)).toBe(0)
    const [event] = (await server.administrator.get(`/api/v1/audit-events?action=device.denied&actor=${person.id}`))
      .body.items
    expect(event).toMatchObject({
      target: { type: 'device' },
      detail: { name: 'ramp command line', askedFrom: address },
    })
  })

  test('after ten minutes it has expired, for the person and for the program, approved or not', async () => {
    const person = await server.member()
    const open = await ask()
    const approved = await ask()
    await decide(person, approved.user_code, 'approve')
    server.clock.advance(10 * MINUTE_MS)
    expect(await look(person, open.user_code)).toMatchObject({
      status: 404,
      body: { code: 'device_authorization_not_found' },
    })
    expect(await decide(person, open.user_code, 'approve')).toMatchObject({ status: 404 })
    expect((await poll(open.device_code)).body.error).toBe('expired_token')
    expect((await poll(approved.device_code)).body.error).toBe('expired_token')
    expect(await server.count(`token WHERE account_id = '${person.id}'`)).toBe(0)
  })

  test('of two people the first decides, and the token is theirs', async () => {
    const [first, second] = [await server.member(), await server.member()]
    const { device_code, user_code } = await ask()
    const decisions = await Promise.all([decide(first, user_code, 'approve'), decide(second, user_code, 'approve')])
    expect(decisions.map(({ status }) => status).sort()).toEqual([204, 404])
    const winner = decisions[0]?.status === 204 ? first : second
    const { body } = await poll(device_code)
    const script = new Actor(server.origin, { authorization: `Bearer ${body.access_token}` })
    expect((await script.get('/api/v1/me')).body.account.username).toBe(winner.username)
  })

  test('a token cannot approve, nor look: only a session can', async () => {
    const person = await server.member()
    const script = await person.token()
    const { user_code } = await ask()
    for (const answer of [
      await look(script, user_code),
      await decide(script, user_code, 'approve'),
      await decide(server.anonymous, user_code, 'approve'),
    ])
      expect([401, 403]).toContain(answer.status)
    const forged = await person.post(`${ADDRESS}/${user_code}/approve`, undefined, {
      ...from(),
      'sec-fetch-site': 'cross-site',
    })
    expect(forged).toMatchObject({ status: 403, body: { code: 'cross_site_request' } })
    expect(await look(person, user_code)).toMatchObject({ status: 200 })
  })

  test('guessing codes is stopped, by the session and by the address', async () => {
    const person = await server.member()
    const { user_code } = await ask()
    for (let guess = 0; guess < 10; guess++) expect((await look(person, 'BBBB-BBBB')).status).toBe(404)
    const stopped = await look(person, 'BBBB-BBBB')
    expect(stopped).toMatchObject({ status: 429, body: { code: 'too_many_codes' } })
    expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(60)
    // The right one, too: otherwise the limit would be none.
    expect(await look(person, user_code)).toMatchObject({ status: 429 })
    expect(await decide(person, user_code, 'approve')).toMatchObject({ status: 429 })

    const other = await server.member()
    expect(await look(other, user_code)).toMatchObject({ status: 200 })
    const sessions = [other, await other.signInAgain(), await other.signInAgain()]
    for (const session of sessions.slice(0, 2))
      for (let guess = 0; guess < 10; guess++) await look(session, 'not a code at all')
    expect(await look(sessions[2] as Member, user_code)).toMatchObject({ status: 429 })
    server.clock.advance(16 * MINUTE_MS)
    expect((await look(person, user_code)).body.code).toBe('device_authorization_not_found')
  })

  test('an address that asks for codes without end is slowed down', async () => {
    const before = await server.count('device_authorization')
    for (let asked = 0; asked < 30; asked++) await ask()
    const more = await sendForm(server.anonymous, '/oauth2/device_authorization', { client_id: 'ramp-cli' }, from())
    expect(more).toMatchObject({ status: 429, body: { error: 'slow_down', code: 'too_many_codes' } })
    expect(await server.count('device_authorization')).toBe(before + 30)
  })

  test('a name that is taken gets a number', async () => {
    const person = await server.member()
    await person.token({ name: 'Laptop' })
    const names = []
    for (let time = 0; time < 2; time++) {
      const { device_code, user_code } = await ask({ device_name: 'laptop' })
      await decide(person, user_code, 'approve')
      expect((await poll(device_code)).status).toBe(200)
    }
    for (const { name } of (await person.get('/api/v1/tokens?sort=createdAt')).body.items) names.push(name)
    expect(names).toEqual(['Laptop', 'laptop (2)', 'laptop (3)'])
  })

  test('it can ask for less than everything, and not for more than there is', async () => {
    const person = await server.member({ roles: ['GlobalTemplateViewer'] })
    const { device_code, user_code } = await ask({ scope: 'own-tokens:read templates:read own-tokens:read' })
    expect((await look(person, user_code)).body.permissions).toEqual(['own-tokens:read', 'templates:read'])
    await decide(person, user_code, 'approve')
    const { body } = await poll(device_code)
    expect(body.scope).toBe('own-tokens:read templates:read')
    const script = new Actor(server.origin, { authorization: `Bearer ${body.access_token}` })
    expect((await script.get('/api/v1/me')).body.account.permissions).toEqual(['own-tokens:read', 'templates:read'])

    const tooMuch = await ask({ scope: 'members:write' })
    expect(await decide(person, tooMuch.user_code, 'approve')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ code: 'permission_not_held' }] },
    })
    const odd = { client_id: 'ramp-cli', scope: 'a"b' }
    expect(await sendForm(server.anonymous, '/oauth2/device_authorization', odd, from())).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    })
  })

  test('what the policy forbids is refused at the approval, with the reason, and once more when it is fetched', async () => {
    const person = await server.member()
    const refused = await ask()
    const approved = await ask()
    await decide(person, approved.user_code, 'approve')
    await setPolicy(server.administrator, { pat: { creation: 'nobody' } })
    try {
      const answer = await nothingHappens(server, () => decide(person, refused.user_code, 'approve'))
      expect(answer).toMatchObject({ status: 403, body: { code: 'token_creation_not_allowed' } })
      const fetched = await nothingHappens(server, () => poll(approved.device_code))
      expect(fetched).toMatchObject({
        status: 403,
        body: { error: 'access_denied', code: 'token_creation_not_allowed' },
      })
    } finally {
      await setPolicy(server.administrator)
    }
  })

  test('the token ends when the policy wants new ones to', async () => {
    const person = await server.member()
    await setPolicy(server.administrator, { pat: { maximumLifetimeDays: 10, defaultLifetimeDays: 3 } })
    try {
      const { device_code, user_code } = await ask()
      const { tokenExpiresAt } = (await look(person, user_code)).body
      await decide(person, user_code, 'approve')
      const { body } = await poll(device_code)
      expect(body.expires_in).toBeLessThan(4 * 86_400)
      expect((await person.get('/api/v1/tokens')).body.items[0].expiresAt).toBe(tokenExpiresAt)
    } finally {
      await setPolicy(server.administrator)
    }
  })

  test('whoever is deactivated after the approval gives nothing any more', async () => {
    const person = await server.member()
    const { device_code, user_code } = await ask()
    await decide(person, user_code, 'approve')
    await server.administrator.patch(`/api/v1/members/${person.id}`, { status: 'deactivated' })
    expect((await poll(device_code)).body.error).toBe('access_denied')
    expect(await server.count(`token WHERE account_id = '${person.id}'`)).toBe(0)
  })

  test.each([
    ['no client', { device_name: 'x' }, 400, 'invalid_request'],
    ['another client', { client_id: 'somebody' }, 401, 'invalid_client'],
    ['a name that nobody sees', { client_id: 'ramp-cli', device_name: '\u00ad' }, 400, 'invalid_request'],
    ['a name with a line break', { client_id: 'ramp-cli', device_name: 'a\nb' }, 400, 'invalid_request'],
    ['a name without end', { client_id: 'ramp-cli', device_name: 'a'.repeat(61) }, 400, 'invalid_request'],
    ['a doubled parameter', 'client_id=ramp-cli&client_id=ramp-cli', 400, 'invalid_request'],
    ['what is not UTF-8', 'client_id=%ff', 400, 'invalid_request'],
  ])('%s is refused in the words of OAuth', async (_what, parameters, status, error) => {
    const before = await server.count('device_authorization')
    const refused = await sendForm(server.anonymous, '/oauth2/device_authorization', parameters, from())
    expect(refused).toMatchObject({ status, body: { error, error_description: expect.any(String) } })
    expect(refused.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(await server.count('device_authorization')).toBe(before)
  })

  test('JSON is refused where forms are wanted, and an unknown grant by its name', async () => {
    const json = await server.anonymous.post('/oauth2/token', { grant_type: DEVICE_GRANT })
    expect(json).toMatchObject({ status: 415, body: { error: 'invalid_request', code: 'unsupported_media_type' } })
    const grant = await sendForm(server.anonymous, '/oauth2/token', { grant_type: 'password', username: 'a' })
    expect(grant).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
    const large = await sendForm(server.anonymous, '/oauth2/token', { grant_type: 'x'.repeat(20_000) })
    expect(large).toMatchObject({ status: 413, body: { error: 'invalid_request', code: 'body_too_large' } })
  })

  test('neither code is stored', async () => {
    const { device_code, user_code } = await ask()
    const stored = JSON.stringify(await server.sql('SELECT * FROM device_authorization'), (_key, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    )
    expect(stored).not.toContain(device_code)
    expect(stored).not.toContain(user_code)
    expect(stored).not.toContain(user_code.replace('-', ''))
    expect(server.log.join('')).not.toContain(device_code)
  })
})
