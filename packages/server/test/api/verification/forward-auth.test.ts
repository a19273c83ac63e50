import { describe, expect, test } from 'vitest'
import { FORWARDED_METHODS } from '../../../src/http/access.ts'
import { type Member, newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { machineWith } from '../../support/machines.ts'
import { useDistantNode } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const VERIFY = '/_auth/verify'

onBothEngines('Forward authentication', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })

  test('tells the proxy who calls and what they may do', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer', 'Auditor'] })
    const script = await owner.token({ permissions: ['templates:read', 'audit:read'] })
    const { status, headers, body } = await script.get(VERIFY)
    expect({ status, body }).toEqual({ status: 200, body: null })
    expect(headers).toMatchObject({
      'x-ramp-account': owner.id,
      'x-ramp-account-kind': 'member',
      'x-ramp-username': owner.username,
      'x-ramp-roles': 'Auditor,GlobalTemplateViewer',
      'x-ramp-permissions': 'audit:read,templates:read',
      'x-ramp-token-id': script.id,
      'cache-control': 'no-store',
    })
  })

  test('sends every header, an empty one for nothing, so that nothing a client sent under its name is left', async () => {
    const { token } = await machineWith(server)
    const { headers } = await token.get(VERIFY)
    expect(headers['x-ramp-account-kind']).toBe('service')
    expect(headers['x-ramp-roles']).toBe('')
  })

  test.each(['Jürgen', 'name with blanks, and 100%', 'ключ', '日本語'])('sends the name %s in ASCII', async (name) => {
    const unique = `${name} ${newName('x')}`
    const { body: account } = await server.administrator.post('/api/v1/service-accounts', { name: unique })
    const path = `/api/v1/service-accounts/${account.id}/tokens`
    const { body } = await server.administrator.post(path, { name: 'one' })
    const holder = new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
    const sent = String((await holder.get(VERIFY)).headers['x-ramp-username'])
    expect(sent).toMatch(/^[\x21-\x7e]+$/)
    expect(decodeURIComponent(sent)).toBe(unique)
  })

  test('demands permissions and roles, all of those that are named', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.token()
    const met = ['permission=templates:read', 'permission=templates:read&permission=templates:comment']
    for (const query of [
      ...met,
      'role=GlobalTemplateViewer',
      'permission=templates%3Aread&role=GlobalTemplateViewer',
    ]) {
      expect((await script.get(`${VERIFY}?${query}`)).status, query).toBe(200)
    }
    const unmet = {
      'permission=templates:edit': 'scope="templates:edit"',
      'permission=templates:read&permission=templates:edit': 'scope="templates:edit"',
      'permission=no-such:thing': 'scope="no-such:thing"',
      'role=Auditor': 'error="insufficient_scope"',
      'role=GlobalTemplateViewer&role=Auditor': 'error="insufficient_scope"',
      'permission=templates:read&role=Auditor': 'error="insufficient_scope"',
    }
    for (const [query, challenge] of Object.entries(unmet)) {
      const refused = await nothingHappens(server, () => script.get(`${VERIFY}?${query}`))
      expect(refused, query).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
      expect(refused.headers['www-authenticate']).toContain(challenge)
      expect(refused.headers['x-ramp-account']).toBeUndefined()
    }
  })

  test('holds a narrowed token to its narrowing', async () => {
    const narrow = await server.administrator.tokenWith('own-tokens:read')
    expect((await narrow.get(`${VERIFY}?permission=members:read`)).status).toBe(403)
  })

  test.each([
    'permision=templates:read',
    'permission=',
    'permission=a%22,%20b',
    'role=x%0d%0a',
    'max_age=0',
    'max_age=x',
  ])('refuses a demand that it does not understand: %s', async (query) => {
    const script = await server.administrator.token()
    expect(await script.get(`${VERIFY}?${query}`)).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
  })

  test('counts a lost role and a revocation from the next call on', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.token()
    const ask = () => script.get(`${VERIFY}?permission=templates:read`)
    expect((await ask()).status).toBe(200)
    await server.administrator.delete(`/api/v1/members/${owner.id}/roles/GlobalTemplateViewer`)
    expect((await ask()).status).toBe(403)
    await owner.delete(`/api/v1/tokens/${script.id}`)
    const refused = await ask()
    expect(refused).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    expect(refused.headers['www-authenticate']).toContain('Bearer realm="ramp", error="invalid_token"')
  })

  test('is for tokens: a cookie is not looked at, a form is no stray token', async () => {
    const cookies = await server.administrator.get(VERIFY, { 'sec-fetch-site': 'cross-site' })
    expect(cookies).toMatchObject({ status: 401, body: { code: 'authentication_required' } })
    const form = await server.anonymous.get(VERIFY, { 'content-type': 'application/x-www-form-urlencoded' })
    expect(form).toMatchObject({ status: 401, body: { code: 'authentication_required' } })
    expect(form.headers['www-authenticate']).toBe('Bearer realm="ramp"')
  })

  test.each(FORWARDED_METHODS)('answers a proxy that asks by %s, below any path, whatever the body', async (method) => {
    const script = await server.administrator.token()
    const paths = [VERIFY, `${VERIFY}/`, `${VERIFY}/runbooks/7?permission=x&q=1&q=2`, `${VERIFY}/${'x'.repeat(2000)}`]
    for (const path of paths) {
      const headers = { 'content-type': 'application/json', 'content-length': '0' }
      const answer = await script.request(method, path, { headers })
      expect(answer.status, path).toBe(200)
      expect(answer.headers['x-ramp-token-id']).toBe(script.id)
      expect((await server.anonymous.request(method, path)).status).toBe(401)
    }
    if (method === 'GET') return
    for (const type of ['text/xml', 'application/x-www-form-urlencoded', 'application/json', 'no type at all']) {
      const body = Buffer.alloc(200_000, 'x')
      const answer = await script.request(method, VERIFY, { body, headers: { 'content-type': type } })
      expect(answer.status, type).toBe(200)
    }
  })

  test('holds a token to its addresses by what a trusted proxy forwards', async () => {
    const script = await server.administrator.token({ allowedAddresses: ['192.0.2.0/24'] })
    const from = (address: string) => script.get(VERIFY, { 'x-forwarded-for': address })
    expect((await from('192.0.2.7')).status).toBe(200)
    expect(await from('198.51.100.1')).toMatchObject({ status: 403, body: { code: 'address_not_allowed' } })
    const { body } = await server.administrator.get(`/api/v1/tokens/${script.id}`)
    expect(body).toMatchObject({ lastUsedAddress: '192.0.2.7' })
  })

  test('logs which request was refused, without its query and without secrets', async () => {
    const script = await server.administrator.token()
    await script.delete('/api/v1/tokens/current')
    await script.get(VERIFY, {
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-method': 'PATCH',
      'x-forwarded-uri': `/runbooks/${script.secret}?key=hidden`,
    })
    const line = lastRequest()
    expect(line).toMatchObject({ status: 401, original: { method: 'PATCH' }, req: { address: '192.0.2.7' } })
    expect(line.original.path).toBe(`/runbooks/ramp_pat_${script.id}…`)
    expect(server.log.join('\n')).not.toContain('hidden')
    await script.get(VERIFY, { 'x-forwarded-for': '192.0.2.7', 'x-original-uri': '/a', 'x-original-method': 'a b' })
    expect(lastRequest().original).toEqual({ path: '/a' })
  })

  const lastRequest = () =>
    server.log
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'request')
      .at(-1)
})

onBothEngines('Forward authentication asked by a peer that is not trusted', (engine) => {
  const server = useServer(engine)

  test('believes no header of who, from where or for what', async () => {
    const owner = await server.member()
    const script = await owner.token()
    const spoofed = {
      'x-ramp-account': 'somebody',
      'x-ramp-roles': 'Administrator',
      'x-ramp-permissions': 'members:write',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-method': 'BREW',
      'x-forwarded-uri': '/elsewhere',
      'x-forwarded-host': 'evil.example',
    }
    const { status, headers } = await script.get(VERIFY, spoofed)
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'x-ramp-account': owner.id, 'x-ramp-roles': '' })
    expect((await script.get(`${VERIFY}?permission=members:write`, spoofed)).status).toBe(403)
    expect((await owner.get(`/api/v1/tokens/${script.id}`)).body.lastUsedAddress).toBe('127.0.0.1')
    expect(server.log.join('\n')).not.toMatch(/BREW|elsewhere/)
    const bound = await owner.token({ allowedAddresses: ['192.0.2.0/24'] })
    expect((await bound.get(VERIFY, spoofed)).body.code).toBe('address_not_allowed')
  })
})

describe('How fresh an answer is', () => {
  const onFile = useServer('sqlite')
  const server = useServer('postgres')

  test('on SQLite: each is decided anew, nothing may be kept', async () => {
    const script = await onFile.administrator.token()
    const { headers } = await script.get(`${VERIFY}?max_age=5`)
    expect(headers).toMatchObject({ 'x-ramp-lease': '0', 'cache-control': 'no-store' })
    expect(headers['x-ramp-epoch']).toBe(await epochOf(onFile))
  })

  test('on PostgreSQL: it may be kept for what is left of the lease, if somebody asks for that', async () => {
    const api = await machineWith(server, 'TokenVerifier')
    const owner = await server.member()
    const script = await owner.token()
    const asks = [
      (query: string) => script.get(`${VERIFY}${query}`),
      (query: string) => introspected(`/oauth2/introspect${query}`, `token=${script.secret}`),
      (query: string) => api.token.post(`/oauth2/introspect/batch${query}`, { tokens: [{ token: script.secret }] }),
    ]
    const introspected = (path: string, body: string) =>
      api.token.request('POST', path, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    for (const ask of asks) {
      expect((await ask('')).headers['cache-control']).toBe('no-store')
      const { headers } = await ask('?max_age=60')
      const lease = Number(headers['x-ramp-lease'])
      expect(lease).toBeGreaterThan(1000)
      expect(lease).toBeLessThan(3000)
      expect(headers['cache-control']).toBe(`max-age=${Math.floor(lease / 1000)}`)
      expect(headers['vary']).toBe('authorization, x-forwarded-for')
      expect((await ask('?max_age=1')).headers['cache-control']).toBe('max-age=1')
      expect(headers['x-ramp-epoch']).toBe(await epochOf(server))
    }
  })

  test('goes up with each change', async () => {
    const owner: Member = await server.member()
    const script = await owner.token()
    const epoch = async () => Number((await script.get(VERIFY)).headers['x-ramp-epoch'])
    const before = await epoch()
    await server.administrator.put(`/api/v1/members/${owner.id}/roles/Auditor`)
    expect(await epoch()).toBeGreaterThan(before)
  })

  async function epochOf({ sql }: Pick<typeof server, 'sql'>): Promise<string> {
    const [row] = await sql<{ epoch: number }>('SELECT epoch FROM authz_clock')
    return String(row?.epoch)
  }
})

describe('Forward authentication with the database gone', () => {
  const server = useServer('postgres')
  const distant = useDistantNode(server)

  test('is 503: nobody is let through unverified', async () => {
    const script = new TokenHolder(distant.node.origin, await server.administrator.token())
    expect((await script.get(VERIFY)).status).toBe(200)
    await distant.network.cut()
    const refused = await script.get(`${VERIFY}?max_age=5`)
    expect(refused).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' })
  })
})
