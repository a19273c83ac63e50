import { generateToken } from '@ramp/verifier'
import { beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import { type Actor, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { introspect, type Machine, machineWith, tokenOf } from '../../support/machines.ts'
import { useDistantNode } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { sendForm } from '../../support/oauth-client.ts'
import { useServer } from '../../support/test-app.ts'
import { expectOneUse, watchWrites } from '../../support/write-log.ts'

onBothEngines('Introspection', (engine) => {
  const server = useServer(engine)
  let api: Machine

  beforeAll(async () => {
    api = await machineWith(server, 'TokenVerifier')
  })

  test('says who a token belongs to and what it may do now', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const expiresAt = new Date(server.clock() + DAY_MS).toISOString()
    const script = await owner.token({ expiresAt, permissions: ['templates:read', 'own-tokens:read'] })

    const { createdAt } = (await owner.get(`/api/v1/tokens/${script.id}`)).body

    const answer = await introspect(api.token, script.secret, { token_type_hint: 'access_token' })

    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).toEqual({
      active: true,
      sub: owner.id,
      username: owner.username,
      token_type: 'Bearer',
      exp: Math.floor(Date.parse(expiresAt) / 1000),
      iat: Math.floor(Date.parse(createdAt) / 1000),
      scope: 'own-tokens:read templates:read',
      iss: server.origin,
      roles: ['GlobalTemplateViewer'],
      account_kind: 'member',
      token_id: script.id,
      epoch: Number(answer.headers['x-ramp-epoch']),
    })
  })

  test('names a service account as its own client, and leaves the end out where there is none', async () => {
    const machine = await machineWith(server, 'GlobalInstanceObserver')
    const { body } = await introspect(api.token, machine.token.secret, { token_type_hint: 'whatever' })
    expect(body).toMatchObject({ active: true, sub: machine.id, client_id: machine.id, account_kind: 'service' })
    expect(body).toMatchObject({ username: machine.name, roles: ['GlobalInstanceObserver'] })
    expect(body).not.toHaveProperty('exp')
  })

  test('says "inactive" and nothing else of what is not active, whatever the reason', async () => {
    const owner = await server.member()
    const [revoked, expiring] = [await owner.token(), await owner.token({ expiresAt: inMs(MINUTE_MS) })]
    const bound = await owner.token({ allowedAddresses: ['192.0.2.0/24'] })
    const gone = await server.member()
    const orphan = await gone.token()
    for (const { secret } of [revoked, expiring, orphan]) {
      expect((await introspect(api.token, secret)).body.active).toBe(true)
    }
    await owner.delete(`/api/v1/tokens/${revoked.id}`)
    await server.administrator.patch(`/api/v1/members/${gone.id}`, { status: 'deactivated' })
    server.clock.advance(MINUTE_MS + 1)

    const texts = [revoked.secret, expiring.secret, orphan.secret, bound.secret, unknown(), mistyped(bound.secret)]
    for (const text of [...texts, 'x', ' ', '\u{1F600}'.repeat(1000), 'a'.repeat(12_000)]) {
      const answer = await introspect(api.token, text)
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { active: false } })
    }
  })

  const inMs = (ms: number) => new Date(server.clock() + ms).toISOString()

  test('counts a lost role, a revocation and a deactivation from the next call on, however warm', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.token()
    const scope = async () => (await introspect(api.token, script.secret)).body.scope
    expect(await scope()).toBe('own-tokens:read own-tokens:write templates:comment templates:read')
    await server.administrator.delete(`/api/v1/members/${owner.id}/roles/GlobalTemplateViewer`)
    expect(await scope()).toBe('own-tokens:read own-tokens:write')
    await owner.delete(`/api/v1/tokens/${script.id}`)
    expect((await introspect(api.token, script.secret)).body).toEqual({ active: false })
  })

  test('holds a token to its addresses by the one that is given', async () => {
    const { secret } = await server.administrator.token({ allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'] })
    for (const address of ['192.0.2.9', '::ffff:192.0.2.9', '2001:db8::9']) {
      expect((await introspect(api.token, secret, { address })).body.active, address).toBe(true)
    }
    for (const address of ['198.51.100.1', '127.0.0.1', '2001:db9::1']) {
      expect((await introspect(api.token, secret, { address })).body, address).toEqual({ active: false })
    }
    const refused = await introspect(api.token, secret, { address: 'elsewhere' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('is a use of the token, from the address that is given, and not by the one who asks', async () => {
    const script = await server.administrator.token()
    await sendForm(api.token, '/oauth2/introspect', { token: script.secret, address: '192.0.2.9' })
    const { body } = await server.administrator.get(`/api/v1/tokens/${script.id}`)
    expect(body).toMatchObject({ lastUsedAddress: '192.0.2.9', lastUsedClient: null })
    expect(body.lastUsedAt).not.toBeNull()
  })

  test('is closed to whoever lacks the permission, and says nothing of the token', async () => {
    const curious = await machineWith(server, 'GlobalInstanceHead')
    const narrowed = await tokenOf(server, api.id, { permissions: ['own-tokens:read'] })
    const { secret } = await server.administrator.token()
    for (const actor of [curious.token, narrowed]) {
      const answers = []
      for (const text of [secret, unknown(), 'x']) {
        const refused = await nothingHappens(server, () => introspect(actor, text), ['audit_event'])
        expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
        expect(refused.headers['www-authenticate']).toContain('scope="tokens:introspect"')
        answers.push({ ...refused.body, requestId: '' })
      }
      expect(new Set(answers.map((body) => JSON.stringify(body))).size).toBe(1)
    }
    const refused = await introspect(server.anonymous, secret)
    expect(refused).toMatchObject({ status: 401, body: { code: 'authentication_required' } })
    const [token] = await server.sql(`SELECT * FROM token_usage WHERE token_id = '${secret.slice(9, 21)}'`)
    expect(token).toBeUndefined()
  })

  test('refuses junk without asking the database, by the thousand', async () => {
    const log = await watchWrites(server)
    expect((await introspect(api.token, 'x')).status).toBe(200)
    await server.services.usage.flush()
    await log.taken()
    const { statistics } = server.services.verifier
    const { cacheMisses } = statistics
    const { malformed } = statistics.outcomes
    const junk = Array.from({ length: 100 }, (_, index) => ({ token: `${mistyped(api.token.secret)}${index}` }))
    for (let round = 0; round < 10; round++) {
      const { status, body } = await api.token.post('/oauth2/introspect/batch', { tokens: junk })
      expect(status).toBe(200)
      expect(body.items).toEqual(junk.map(() => ({ active: false })))
    }
    expect(statistics.cacheMisses).toBe(cacheMisses)
    expect(statistics.outcomes.malformed).toBe(malformed + 1000)
    await server.services.usage.flush()
    expectOneUse(await log.taken())
  })
})

onBothEngines('Introspecting several tokens at once', (engine) => {
  const server = useServer(engine)
  let api: Machine

  beforeAll(async () => {
    api = await machineWith(server, 'TokenVerifier')
  })

  const ask = (tokens: unknown, actor: Actor = api.token) => actor.post('/oauth2/introspect/batch', { tokens })

  test('answers each in its place as alone', async () => {
    const bound = await server.administrator.token({ allowedAddresses: ['192.0.2.0/24'] })
    const free = await server.administrator.token()
    const { status, headers, body } = await ask([
      { token: free.secret },
      { token: 'x' },
      { token: bound.secret, address: '192.0.2.1' },
      { token: bound.secret, address: '198.51.100.1' },
      { token: bound.secret },
      { token: unknown() },
      { token: free.secret },
    ])
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(body.items.map(({ token_id }: { token_id?: string }) => token_id)).toEqual([
      free.id,
      undefined,
      bound.id,
      undefined,
      undefined,
      undefined,
      free.id,
    ])
    expect(body.items[0]).toEqual((await introspect(api.token, free.secret)).body)
    expect(body.items[1]).toEqual({ active: false })
  })

  test('takes a hundred, and no more, none, other fields, or more than a body may be', async () => {
    const { secret } = await server.administrator.token()
    const all = await ask(Array.from({ length: 100 }, () => ({ token: secret })))
    expect(all.body.items).toHaveLength(100)
    const refused = [
      await ask(Array.from({ length: 101 }, () => ({ token: secret }))),
      await ask([]),
      await ask([{ token: secret, adress: '192.0.2.1' }]),
      await ask([{ token: secret, address: 'here' }]),
      await ask([secret]),
    ]
    for (const { status, body } of refused) {
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'validation_failed' })
      expect(JSON.stringify(body)).not.toContain(secret.slice(21))
    }
    expect((await ask([{ token: 'x'.repeat(70_000) }])).body.code).toBe('body_too_large')
  })
})

describe('Introspection while the database hangs', () => {
  const server = useServer('postgres')
  const distant = useDistantNode(server)

  test('is 503 and never "inactive" for a token that cannot be looked up', async () => {
    const machine = await machineWith(server, 'TokenVerifier')
    const caller = new TokenHolder(distant.node.origin, machine.token)
    const { secret } = await server.administrator.token()
    expect((await introspect(caller, 'x')).body).toEqual({ active: false })

    distant.network.stall()

    for (const ask of [
      () => introspect(caller, secret),
      () => caller.post('/oauth2/introspect/batch', { tokens: [{ token: 'x' }, { token: secret }] }),
    ]) {
      const refused = await ask()
      expect(refused).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
      expect(refused.headers['retry-after']).toBe('1')
    }
  })
})

/** Well formed, and nobody's. */
const unknown = () => generateToken('ramp', 'pat').text

const mistyped = (secret: string) => `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`
