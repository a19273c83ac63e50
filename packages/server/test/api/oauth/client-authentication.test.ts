import { beforeAll, expect, test } from 'vitest'
import { Actor } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, introspect, type Machine, machineWith, tokenOf } from '../../support/machines.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('An OAuth client', (engine) => {
  const server = useServer(engine)
  let api: Machine

  beforeAll(async () => {
    api = await machineWith(server, 'TokenVerifier')
  })

  const basic = (id: string, secret: string) => client(server.origin, id, secret)

  test('is let in by the id of a service account and one of its tokens, encoded as in a form or plain', async () => {
    const second = await tokenOf(server, api.id)
    for (const secret of [api.token.secret, second.secret, api.token.secret.replaceAll('_', '%5F')]) {
      expect((await introspect(basic(api.id, secret), 'x')).body).toEqual({ active: false })
    }
    const lowerCase = new Actor(server.origin, { authorization: `basic   ${base64(`${api.id}:${second.secret}`)}` })
    expect((await introspect(lowerCase, 'x')).status).toBe(200)
  })

  test('is refused alike for a wrong id, a wrong secret, and a secret that is no longer one', async () => {
    const other = await machineWith(server, 'TokenVerifier')
    const owner = await server.member({ roles: ['TokenVerifier'] })
    const [pat, ended] = [await owner.token(), await tokenOf(server, api.id)]
    await server.administrator.delete(`/api/v1/service-accounts/${api.id}/tokens/${ended.id}`)
    const attempts = [
      basic(api.id, other.token.secret),
      basic(api.id, `${api.token.secret}x`),
      basic(api.id, ended.secret),
      basic(api.id, ''),
      basic(api.id.toUpperCase(), api.token.secret),
      basic('', api.token.secret),
      basic(api.name, api.token.secret),
      basic(api.token.secret, ''),
      basic(owner.id, pat.secret),
      new Actor(server.origin, { authorization: `Basic ${base64(api.id)}` }),
      new Actor(server.origin, { authorization: 'Basic !' }),
    ]
    for (const [index, actor] of attempts.entries()) {
      const refused = await nothingHappens(server, () => introspect(actor, 'x'))
      expect(refused, String(index)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client', code: 'invalid_client' },
      })
      expect(refused.headers['www-authenticate']).toBe('Basic realm="ramp"')
      expect(JSON.stringify(refused)).not.toContain(api.token.secret)
    }
  })

  test('is told that its encoding is broken', async () => {
    const refused = await introspect(basic(api.id, '%'), 'x')
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request', code: 'invalid_request' } })
  })

  test('is as narrow as the token that it shows', async () => {
    const narrowed = await tokenOf(server, api.id, { permissions: ['own-tokens:read'] })
    const refused = await introspect(basic(api.id, narrowed.secret), 'x')
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
  })

  test('stops with its account', async () => {
    const machine = await machineWith(server, 'TokenVerifier')
    const actor = basic(machine.id, machine.token.secret)
    expect((await introspect(actor, 'x')).status).toBe(200)
    await server.administrator.patch(`/api/v1/service-accounts/${machine.id}`, { status: 'deactivated' })
    expect((await introspect(actor, 'x')).body.code).toBe('invalid_client')
  })

  test('shows one credential: another scheme, two headers, a cookie or fields of the form are none', async () => {
    const { secret } = api.token
    const both = [`Basic ${base64(`${api.id}:${secret}`)}`, `Bearer ${secret}`]
    const refusals = [
      { headers: { Authorization: both }, code: 'token_invalid' },
      { headers: { authorization: `Digest ${secret}` }, code: 'authorization_scheme_unsupported' },
      { headers: { cookie: server.administrator.cookie }, code: 'authentication_required' },
      { headers: {}, code: 'authentication_required' },
    ]
    for (const { headers, code } of refusals) {
      const refused = await introspect(new Actor(server.origin, headers), 'x', {
        client_id: api.id,
        client_secret: secret,
      })
      expect(refused, code).toMatchObject({ status: 401, body: { code } })
    }
  })
})

onBothEngines('A form', (engine) => {
  const server = useServer(engine)
  let api: Machine

  beforeAll(async () => {
    api = await machineWith(server, 'TokenVerifier')
  })

  const TYPES = ['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/xml']

  test.each(TYPES)('is what the OAuth endpoints take: %s is refused', async (type) => {
    for (const path of ['/oauth2/introspect', '/oauth2/revoke']) {
      const body = JSON.stringify({ token: api.token.secret })
      const refused = await api.token.request('POST', path, { body, headers: { 'content-type': type } })
      expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    }
    expect((await introspect(api.token, api.token.secret)).body.active).toBe(true)
  })

  test('is refused everywhere else', async () => {
    const refused = await sendForm(api.token, '/oauth2/introspect/batch', { token: 'x' })
    expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
  })

  test('may have parameters that nobody knows, and empty ones', async () => {
    const { body } = await introspect(api.token, api.token.secret, { address: '', resource: 'x', ['__proto__']: 'x' })
    expect(body).toMatchObject({ active: true, token_id: api.token.id })
  })

  test.each([
    ['a parameter twice', 'token=x&token=x', 'invalid_request'],
    ['a parameter twice under two spellings', 'token=x&to%6Ben=y', 'invalid_request'],
    ['no token', 'token_type_hint=access_token', 'validation_failed'],
    ['an empty token', 'token=', 'validation_failed'],
    ['nothing', '', 'validation_failed'],
    ['a broken escape', 'token=%zz', 'invalid_request'],
    ['bytes that are no UTF-8', 'token=%ff', 'invalid_request'],
    ['more than a form may be', `token=${'x'.repeat(17_000)}`, 'body_too_large'],
  ])('with %s is refused', async (_what, form, code) => {
    const { body } = await sendForm(api.token, '/oauth2/introspect', form)
    expect(body).toMatchObject({ error: 'invalid_request', code })
  })

  test('does not echo a token that stands in the place of a name', async () => {
    const { secret } = api.token
    const refused = await sendForm(api.token, '/oauth2/introspect', `${secret}=1&${secret}=2`)
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(JSON.stringify(refused.body)).not.toContain(secret.slice(21))
    expect(server.log.join('\n')).not.toContain(secret.slice(21))
  })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
