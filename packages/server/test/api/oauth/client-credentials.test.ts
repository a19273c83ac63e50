import { DatabaseSync } from 'node:sqlite'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import { Actor } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { client, introspect, type Machine, machineWith, tokenOf } from '../../support/machines.ts'
import { useNodes } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { oauthOf, sendForm } from '../../support/oauth-client.ts'
import { setPolicy } from '../../support/policy.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'

const GRANT = { grant_type: 'client_credentials' }

/** The holder of an access token. */
const holder = (server: TestServer, secret: string) => new Actor(server.origin, { authorization: `Bearer ${secret}` })

const ask = (server: TestServer, machine: Machine, parameters: Record<string, string> = {}, secret?: string) =>
  sendForm(client(server.origin, machine.id, secret ?? machine.token.secret), '/oauth2/token', {
    ...GRANT,
    ...parameters,
  })

/** An access token, already used: whoever verifies has it in memory. */
async function warm(server: TestServer, machine: Machine, parameters: Record<string, string> = {}) {
  const { status, body } = await ask(server, machine, parameters)
  expect(status).toBe(200)
  const script = holder(server, body.access_token)
  expect((await script.get('/api/v1/me')).status).toBe(200)
  return { script, secret: body.access_token as string, id: body.access_token.slice(9, 21) as string }
}

onBothEngines('Client credentials', (engine) => {
  const server = useServer(engine, { config: { trustProxy: 1 } })

  test('give a service account a token for a quarter of an hour, with a client that others wrote', async () => {
    const machine = await machineWith(server, 'GlobalTemplateViewer')
    const { server: as, options } = oauthOf(server)
    const described: oauth.Client = { client_id: machine.id }
    for (const way of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
      const answer = await oauth.clientCredentialsGrantRequest(as, described, way(machine.token.secret), {}, options)
      const granted = await oauth.processClientCredentialsResponse(as, described, answer)
      expect(granted).toMatchObject({ token_type: 'bearer', scope: expect.stringContaining('templates:read') })
      expect(granted.expires_in).toBeGreaterThan(890)
      expect(granted.expires_in).toBeLessThanOrEqual(900)
      expect(granted.access_token).toMatch(/^ramp_sat_[0-9A-Za-z]{50}$/)
      const me = await holder(server, granted.access_token).get('/api/v1/me')
      expect(me.body).toMatchObject({ account: { id: machine.id, kind: 'service' }, credential: { type: 'service' } })
    }
  })

  test('the access token has the permissions of now, and no more than its scope', async () => {
    const machine = await machineWith(server, 'GlobalTemplateViewer')
    const whole = await warm(server, machine)
    const narrow = await warm(server, machine, { scope: 'templates:read' })
    const permissionsOf = async ({ script }: { script: Actor }) =>
      (await script.get('/api/v1/me')).body.account.permissions
    expect(await permissionsOf(narrow)).toEqual(['templates:read'])

    await server.administrator.put(`/api/v1/service-accounts/${machine.id}/roles/Auditor`)
    expect(await permissionsOf(whole)).toContain('audit:read')
    expect(await permissionsOf(narrow)).toEqual(['templates:read'])
    await server.administrator.delete(`/api/v1/service-accounts/${machine.id}/roles/GlobalTemplateViewer`)
    expect(await permissionsOf(whole)).not.toContain('templates:read')
    expect(await permissionsOf(narrow)).toEqual([])

    const beyond = await nothingHappens(server, () => ask(server, machine, { scope: 'members:write' }))
    expect(beyond).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  test('a narrowed parent narrows it, also when it is narrowed afterwards', async () => {
    const machine = await machineWith(server, 'Administrator')
    const access = await warm(server, machine, { scope: 'members:read audit:read' })
    const all = await warm(server, machine)
    const path = `/api/v1/service-accounts/${machine.id}/tokens/${machine.token.id}`
    await server.administrator.patch(path, { permissions: ['audit:read', 'roles:read'] })
    expect((await access.script.get('/api/v1/me')).body.account.permissions).toEqual(['audit:read'])
    expect((await all.script.get('/api/v1/me')).body.account.permissions).toEqual(['audit:read', 'roles:read'])
    expect((await all.script.get('/api/v1/members')).status).toBe(403)
    const later = await ask(server, machine)
    expect(later.body.scope).toBe('audit:read roles:read')
  })

  test('it ends after a quarter of an hour, and not later than its parent', async () => {
    const machine = await machineWith(server)
    const soon = new Date(server.clock() + 5 * MINUTE_MS).toISOString()
    const short = { ...machine, token: await tokenOf(server, machine.id, { expiresAt: soon }) }
    const [long, brief] = [await warm(server, machine), await warm(server, short)]
    expect((await ask(server, short)).body.expires_in).toBeLessThanOrEqual(300)
    server.clock.advance(5 * MINUTE_MS)
    expect(await brief.script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_expired' } })
    expect((await long.script.get('/api/v1/me')).status).toBe(200)
    server.clock.advance(10 * MINUTE_MS)
    expect(await long.script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_expired' } })
  })

  test('the allowed addresses of its parent, and those of the policy, hold for it', async () => {
    const machine = await machineWith(server)
    const token = await tokenOf(server, machine.id, { allowedAddresses: ['192.0.2.0/24'] })
    const inside = { 'x-forwarded-for': '192.0.2.7' }
    const basic = client(server.origin, machine.id, token.secret)
    const refused = await sendForm(basic, '/oauth2/token', GRANT)
    expect(refused).toMatchObject({ status: 403, body: { code: 'address_not_allowed' } })
    const { body } = await sendForm(basic, '/oauth2/token', GRANT, inside)
    const script = holder(server, body.access_token)
    expect((await script.get('/api/v1/me', inside)).status).toBe(200)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 403, body: { code: 'address_not_allowed' } })
    await setPolicy(server.administrator, { service: { allowedAddresses: ['203.0.113.0/24'] } })
    try {
      expect(await script.get('/api/v1/me', inside)).toMatchObject({ status: 403 })
    } finally {
      await setPolicy(server.administrator)
    }
  })

  describe('whoever is no client in force gets nothing, and one answer', () => {
    let machine: Machine
    beforeAll(async () => {
      machine = await machineWith(server)
    })

    const refusals = {
      'another account’s secret': async () => ask(server, machine, {}, (await machineWith(server)).token.secret),
      'a secret that nobody has': () => ask(server, machine, {}, 'ramp_sat_nothing'),
      'a personal access token': async () => {
        const person = await server.member()
        const { secret } = await person.token()
        return sendForm(client(server.origin, person.id, secret), '/oauth2/token', GRANT)
      },
      'a revoked one': async () => {
        const token = await tokenOf(server, machine.id)
        await server.administrator.delete(`/api/v1/service-accounts/${machine.id}/tokens/${token.id}`)
        return ask(server, machine, {}, token.secret)
      },
      'no secret at all': () => sendForm(server.anonymous, '/oauth2/token', { ...GRANT, client_id: machine.id }),
      nobody: () => sendForm(server.anonymous, '/oauth2/token', GRANT),
      'a person’s session': async () => sendForm(await server.member(), '/oauth2/token', GRANT),
    }

    test.each(Object.entries(refusals))('%s', async (_who, attempt) => {
      const before = await server.count('access_token')
      const refused = await attempt()
      expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client', code: 'invalid_client' } })
      expect(refused.body.error_description).toBe('Client authentication failed.')
      expect(refused.headers['www-authenticate']).toBe('Basic realm="ramp"')
      expect(await server.count('access_token')).toBe(before)
    })

    test('both ways at once are one too many', async () => {
      const twice = await ask(server, machine, { client_secret: machine.token.secret })
      expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      const other = await ask(server, machine, { client_id: 'somebody-else' })
      expect(other).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    })

    test('an access token gets no other', async () => {
      const { secret } = await warm(server, machine)
      const again = await nothingHappens(server, () => ask(server, machine, {}, secret))
      expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    })
  })

  test('it cannot rotate what it was got with', async () => {
    const machine = await machineWith(server, 'Administrator')
    const { script } = await warm(server, machine)
    const path = `/api/v1/service-accounts/${machine.id}/tokens/${machine.token.id}/rotate`
    const rotated = await script.post(path, { overlapSeconds: 0 })
    expect(rotated).toMatchObject({ status: 403, body: { code: 'session_required' } })
    expect((await machine.token.get('/api/v1/me')).status).toBe(200)
  })

  test('it revokes itself, and its parent goes on; so does whoever may, by the text', async () => {
    const machine = await machineWith(server, 'Administrator', 'TokenVerifier')
    const [one, other, third] = [await warm(server, machine), await warm(server, machine), await warm(server, machine)]
    expect((await one.script.delete('/api/v1/tokens/current')).status).toBe(204)
    expect(await one.script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    const byText = await sendForm(machine.token, '/oauth2/revoke', { token: other.secret })
    expect(byText.status).toBe(200)
    expect((await other.script.get('/api/v1/me')).status).toBe(401)
    expect(await introspect(machine.token, other.secret)).toMatchObject({ body: { active: false } })

    const listed = await server.administrator.post('/api/v1/admin/tokens/revoke', { ids: [third.id, one.id] })
    expect(listed.body).toEqual({ revoked: 1 })
    expect((await third.script.get('/api/v1/me')).status).toBe(401)
    expect((await machine.token.get('/api/v1/me')).status).toBe(200)
    const { items } = (await server.administrator.get(`/api/v1/audit-events?targetId=${one.id}`)).body
    expect(items).toMatchObject([
      { action: 'token.revoked', credential: { id: machine.token.id }, detail: { parentId: machine.token.id } },
    ])
  })

  test('is introspected as any token', async () => {
    const machine = await machineWith(server, 'Auditor', 'TokenVerifier')
    const { secret, id } = await warm(server, machine, { scope: 'audit:read' })
    const { body } = await introspect(machine.token, secret)
    expect(body).toMatchObject({ active: true, client_id: machine.id, scope: 'audit:read', token_id: id })
    expect(body.exp - body.iat).toBe(900)
  })

  test('is in no list, takes no name and no place of the policy, and its use counts for its parent', async () => {
    const machine = await machineWith(server)
    await setPolicy(server.administrator, { service: { tokensPerAccount: 1, expirationRequired: false } })
    try {
      const { script } = await warm(server, machine)
      await script.get('/api/v1/me', { 'user-agent': 'nightly/2' })
      const path = `/api/v1/service-accounts/${machine.id}`
      const { items } = (await server.administrator.get(`${path}/tokens?status=all`)).body
      expect(items).toMatchObject([{ id: machine.token.id, lastUsedClient: 'nightly/2' }])
      const all = (await server.administrator.get(`/api/v1/admin/tokens?accountId=${machine.id}&status=all`)).body
      expect(all.items).toHaveLength(1)
      expect((await server.administrator.get(path)).body.activeTokens).toBe(1)
      const { days } = (await server.administrator.get(`/api/v1/admin/tokens/${machine.token.id}/activity`)).body
      expect(days.at(-1).calls).toBe(3)
    } finally {
      await setPolicy(server.administrator)
    }
  })

  test('by its id an administrator finds what it is, and why it is refused', async () => {
    const machine = await machineWith(server)
    const { id, secret } = await warm(server, machine)
    const shown = await server.administrator.get(`/api/v1/admin/tokens/${id}`)
    const name = (await server.administrator.get(`/api/v1/admin/tokens/${machine.token.id}`)).body.name
    expect(shown.body).toMatchObject({ id, parentId: machine.token.id, name: `access token of ${name}` })
    const explain = () => server.administrator.post('/api/v1/admin/tokens/explain', { token: secret })
    expect((await explain()).body.accepted).toBe(true)
    await server.administrator.delete(`/api/v1/service-accounts/${machine.id}/tokens/${machine.token.id}`)
    const { body } = await explain()
    expect(body.accepted).toBe(false)
    expect(body.rules.find(({ rule }: { rule: string }) => rule === 'not_revoked')).toMatchObject({
      passed: false,
      by: 'admin',
    })
  })

  test('a client that gets one for each call is stopped at a thousand', async () => {
    const machine = await machineWith(server)
    await warm(server, machine)
    await server.sql(`INSERT INTO access_token (id, token_id, digest, created_at, expires_at)
      WITH RECURSIVE number (n) AS (SELECT 100001 UNION ALL SELECT n + 1 FROM number WHERE n < 100999)
      SELECT 'limits' || n, '${machine.token.id}', (SELECT digest FROM access_token LIMIT 1),
        ${server.clock()}, ${server.clock() + 15 * MINUTE_MS} FROM number`)
    const stopped = await ask(server, machine)
    expect(stopped).toMatchObject({ status: 429, body: { error: 'slow_down', code: 'too_many_access_tokens' } })
    expect(stopped.headers['retry-after']).toBe('60')
    server.clock.advance(15 * MINUTE_MS)
    expect((await ask(server, machine)).status).toBe(200)
  })

  test('its secret is stored nowhere', async () => {
    const machine = await machineWith(server)
    const { secret } = await warm(server, machine)
    const hidden = secret.slice(21, -6)
    const tables = ['access_token', 'token', 'token_usage', 'audit_event']
    for (const table of tables) {
      const rows = JSON.stringify(await server.sql(`SELECT * FROM ${table}`), (_key, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
      )
      expect(rows.includes(hidden), table).toBe(false)
    }
    expect(server.log.join('').includes(hidden)).toBe(false)
  })

  // The last one: it ends everybody's sessions.
  test('the first of a day is recorded, by the client and for its token; the others are not', async () => {
    const machine = await machineWith(server)
    const address = `/api/v1/audit-events?action=token.exchanged&targetId=${machine.token.id}`
    const events = async (administrator = server.administrator) => (await administrator.get(address)).body.items
    for (let time = 0; time < 3; time++) await warm(server, machine)
    expect(await events()).toMatchObject([
      { actor: { accountId: machine.id }, credential: { type: 'service', id: machine.token.id } },
    ])
    server.clock.advance(DAY_MS)
    await warm(server, machine)
    expect(await events(await server.administrator.signInAgain())).toHaveLength(2)
  })
})

onBothEngines('An access token stops with what it hangs on, everywhere', (engine) => {
  const nodes = useNodes(engine, 2)

  type End = (machine: Machine, id: string) => Promise<unknown>
  const tokenPath = ({ id, token }: Machine) => `/api/v1/service-accounts/${id}/tokens/${token.id}`
  const ends: Record<string, End> = {
    'its parent is revoked': (machine) => nodes.first.administrator.delete(tokenPath(machine)),
    'its parent is revoked from the inventory': ({ token }) =>
      nodes.first.administrator.post('/api/v1/admin/tokens/revoke', { ids: [token.id] }),
    'its parent is rotated away': (machine) =>
      nodes.first.administrator.post(`${tokenPath(machine)}/rotate`, { overlapSeconds: 0 }),
    'its account is deactivated': ({ id }) =>
      nodes.first.administrator.patch(`/api/v1/service-accounts/${id}`, { status: 'deactivated' }),
    'its account is deleted': ({ id }) => nodes.first.administrator.delete(`/api/v1/service-accounts/${id}`),
    'somebody revokes its parent by SQL': ({ token }) =>
      nodes.first.sql(`UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${token.id}'`),
    'somebody ends its parent by SQL': ({ token }) =>
      nodes.first.sql(`UPDATE token SET expires_at = created_at + 1 WHERE id = '${token.id}'`),
    'somebody deletes it by SQL': (_machine, id) => nodes.first.sql(`DELETE FROM access_token WHERE id = '${id}'`),
    'somebody revokes it by SQL': (_machine, id) =>
      nodes.first.sql(`UPDATE access_token SET revoked_at = 1 WHERE id = '${id}'`),
    'somebody deletes its parent by SQL': async ({ token }) => {
      await nodes.first.sql(`DELETE FROM token_usage WHERE token_id = '${token.id}'`)
      await nodes.first.sql(`DELETE FROM token WHERE id = '${token.id}'`)
    },
  }

  test.each(Object.entries(ends))('%s', async (_how, end) => {
    const machine = await machineWith(nodes.first)
    const { secret, id } = await warm(nodes.first, machine)
    const everywhere = nodes.all().map((node) => holder(node, secret))
    for (const script of everywhere) expect((await script.get('/api/v1/me')).status).toBe(200)
    await end(machine, id)
    for (const script of everywhere) expect((await script.get('/api/v1/me')).status).toBe(401)
  })

  test('of two parents of an account only the one that ends takes its own along', async () => {
    const machine = await machineWith(nodes.first)
    const other = { ...machine, token: await tokenOf(nodes.first, machine.id) }
    const [mine, others] = [await warm(nodes.first, machine), await warm(nodes.first, other)]
    await nodes.first.administrator.delete(tokenPath(machine))
    expect((await mine.script.get('/api/v1/me')).status).toBe(401)
    expect((await others.script.get('/api/v1/me')).status).toBe(200)
  })

  test('a rotation with an overlap lets it live as long as the old secret', async () => {
    const machine = await machineWith(nodes.first)
    const { script } = await warm(nodes.first, machine)
    await nodes.first.administrator.post(`${tokenPath(machine)}/rotate`, { overlapSeconds: 60 })
    expect((await script.get('/api/v1/me')).status).toBe(200)
    nodes.first.clock.advance(61_000)
    expect(await script.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_expired' } })
  })

  test('clearing away what is long over changes nothing for any verifier', async () => {
    const machine = await machineWith(nodes.first)
    const { id } = await warm(nodes.first, machine)
    await nodes.first.sql(`UPDATE access_token SET created_at = 1, expires_at = 2 WHERE id = '${id}'`)
    const epoch = () => nodes.first.sql('SELECT epoch FROM authz_clock')
    const before = await epoch()
    await nodes.first.sql(`DELETE FROM access_token WHERE id = '${id}'`)
    expect(await epoch()).toEqual(before)
  })
})

describe('SQLite’s own prompt, which enforces no foreign keys, ends access tokens as well', () => {
  const server = useServer('sqlite')

  const COLUMNS = `id, account_id, kind, name, name_key, name_released_at, digest, created_at, expires_at, permissions,
    allowed_addresses`
  const statements = {
    'a parent that is deleted': (id: string) => `DELETE FROM token WHERE id = '${id}'`,
    'a parent that is replaced': (id: string) => `INSERT OR REPLACE INTO token (${COLUMNS}, revoked_at)
      SELECT ${COLUMNS.replace('name_released_at', '1')}, 1 FROM token WHERE id = '${id}'`,
    'a parent that makes room for another’s name': (id: string) => `UPDATE OR REPLACE token
      SET name_key = (SELECT name_key FROM token WHERE id = '${id}')
      WHERE id <> '${id}' AND account_id = (SELECT account_id FROM token WHERE id = '${id}')`,
    'one that is replaced': (id: string) => `INSERT OR REPLACE INTO access_token
      SELECT id, token_id, digest, created_at, expires_at, 1, permissions FROM access_token WHERE token_id = '${id}'`,
  }

  test.each(Object.entries(statements))('%s', async (_what, statement) => {
    const machine = await machineWith(server)
    await tokenOf(server, machine.id)
    const { script } = await warm(server, machine)
    await server.services.usage.flush()
    const prompt = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length), {
      enableForeignKeyConstraints: false,
    })
    prompt.exec(statement(machine.token.id))
    prompt.close()
    expect((await script.get('/api/v1/me')).status).toBe(401)
  })
})
