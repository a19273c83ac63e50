/** A proxy's demand is understood in full or refused: no spelling of it lets a token through that lacks what it names. */
import { METHODS } from 'node:http'
import { beforeAll, expect, test } from 'vitest'
import type { TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { rawRequest } from '../../support/raw-request.ts'
import { useServer } from '../../support/test-app.ts'

const VERIFY = '/_auth/verify'
const ENVOY = '/_auth/envoy'

onBothEngines('A demand at /_auth/verify', (engine) => {
  const server = useServer(engine)
  let script: TokenHolder
  beforeAll(async () => {
    script = await (await server.member({ roles: ['GlobalTemplateViewer'] })).token()
  })
  const ask = (target: string) => rawRequest(server, 'GET', target, { authorization: `Bearer ${script.secret}` })

  test.each([
    '/',
    '//',
    '/?permission=templates:read',
    '/x',
    '/%2e%2e/verify',
    '/../verify',
    '/..;/verify',
    '%2f',
    '%2F?permission=templates:read',
    ';x',
    ';permission=templates:read',
    '.json',
    '%20',
    '%00',
    '%3Fpermission=templates:read',
    '#',
    '#?permission=templates:read',
    '&permission=templates:read',
  ])('is refused at an address that only begins as this one: %s', async (rest) => {
    expect([400, 404]).toContain(await ask(`${VERIFY}${rest}`))
  })

  test.each([
    '/_auth/verif%79',
    '/%5fauth/verify?permission=templates:read',
    '/_auth%2fverify',
    '/_auth/./verify',
    '/_auth//verify',
    '//_auth/verify',
    '/x/../_auth/verify',
    '/_AUTH/VERIFY',
    '/_auth/Verify?permission=templates:read',
    'http://ramp.test/_auth/verify',
    'http://ramp.test/_auth/verify?permission=templates:read',
    '\\_auth\\verify',
  ])('is refused at another spelling of the address: %s', async (target) => {
    expect([400, 404]).toContain(await ask(target))
  })

  test.each([
    '',
    '&',
    '=',
    '?permission=templates:read',
    'permission',
    'permission=',
    'role=',
    'max_age=',
    'permission=templates:read&',
    '&permission=templates:read',
    'permission=templates:read&&role=GlobalTemplateViewer',
    'permission=templates:read&permission=',
    'permission=templates:read;role=Auditor',
    'permission=templates:read,templates:edit',
    'permission=templates:read+templates:edit',
    'permission=templates:read%20templates:edit',
    'permission=%20templates:read',
    'permission=templates:read%0a',
    'permission=templates:read%00',
    'permission=templates:read%',
    'permission=%ff%fe',
    'permission=Templates:Read',
    'permission=templates',
    'permission==templates:read',
    'permission=templates:read=',
    'permission=templates:read#',
    'permission=templates:read#&role=Auditor',
    'permission=templates:read?role=Auditor',
    'permission=a%22,%20b',
    'permision=templates:read',
    'Permission=templates:read',
    'permissions=templates:read',
    'permission[]=templates:read',
    'permission%5B%5D=templates:read',
    'permission.0=templates:read',
    '%70ermission=templates:read',
    'permission%20=templates:read',
    ' permission=templates:read',
    'scope=templates:read',
    'access_token=x&permission=templates:read',
    '__proto__=x',
    'constructor=x',
    'role=x%0d%0a',
    'role=Global%20TemplateViewer',
    'role=GlobalTemplateViewer|Auditor',
    'role=*',
    'max_age=0',
    'max_age=61',
    'max_age=05',
    'max_age=1e1',
    'max_age=-5',
    'max_age=x',
    'max_age=5&max_age=5',
    `permission=${'a'.repeat(60)}:${'b'.repeat(60)}`,
    Array.from({ length: 21 }, () => 'permission=templates:read').join('&'),
  ])('is refused if it is not understood in full: ?%s', async (query) => {
    expect(await ask(`${VERIFY}?${query}`)).toBe(400)
  })

  test('is refused without leaving a trace, and says what it is about', async () => {
    const refusal = async (query: string) => nothingHappens(server, () => script.get(`${VERIFY}?${query}`))
    expect(await refusal('permision=templates:read')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'permision', code: 'unknown_field' }] },
    })
    expect((await refusal('max_age=x')).body.errors).toMatchObject([{ field: 'max_age', code: 'wrong_format' }])
    const secret = await refusal(`permission=templates:read&${script.secret.replace('ramp', 'xamp')}=1`)
    expect(JSON.stringify(secret.body)).not.toContain(script.secret.slice(-20))
  })

  test.each([
    '',
    '?permission=templates:read',
    '?permission=templates%3Aread',
    '?permission=%74emplates:read&role=GlobalTemplateViewer&max_age=60',
    '?max_age=1',
    `?${Array.from({ length: 20 }, () => 'permission=templates:read').join('&')}`,
  ])('is met by a token that has all of it: %s', async (query) => {
    expect(await ask(`${VERIFY}${query}`)).toBe(200)
  })

  test('is not looked for in headers: a proxy that sends them here is set up for another address', async () => {
    for (const name of ['X-Ramp-Require-Permission', 'x-ramp-require-role', 'X-Ramp-Require-Anything']) {
      expect((await script.get(VERIFY, { [name]: 'templates:read' })).status, name).toBe(400)
    }
  })
})

onBothEngines('A demand of Envoy', (engine) => {
  const server = useServer(engine)
  let script: TokenHolder
  beforeAll(async () => {
    script = await (await server.member({ roles: ['GlobalTemplateViewer'] })).token()
  })
  const PERMISSION = 'x-ramp-require-permission'
  const ROLE = 'x-ramp-require-role'
  const demanding = (headers: Readonly<Record<string, string | string[]>>) =>
    script.get(`${ENVOY}/templates/7?permission=templates:read`, headers)

  test('comes in headers: all of what they name has to be there', async () => {
    const met: Record<string, string | string[]>[] = [
      {},
      { [PERMISSION]: 'templates:read' },
      { [PERMISSION]: 'templates:read, templates:comment', [ROLE]: 'GlobalTemplateViewer' },
      { [PERMISSION]: ['templates:read', 'templates:comment'] },
    ]
    for (const headers of met) expect((await demanding(headers)).status, JSON.stringify(headers)).toBe(200)
    const unmet: Record<string, string | string[]>[] = [
      { [PERMISSION]: 'templates:edit' },
      { [PERMISSION]: 'templates:read,templates:edit' },
      { [PERMISSION]: ['templates:read', 'templates:edit'] },
      { [ROLE]: 'Auditor' },
      { [PERMISSION]: 'templates:read', [ROLE]: 'GlobalTemplateViewer,Auditor' },
    ]
    for (const headers of unmet) {
      const refused = await nothingHappens(server, () => demanding(headers))
      expect(refused, JSON.stringify(headers)).toMatchObject({
        status: 403,
        body: { code: 'insufficient_permissions' },
      })
      expect(refused.headers['x-ramp-account']).toBeUndefined()
    }
  })

  test.each([
    { [PERMISSION]: '' },
    { [PERMISSION]: ' ' },
    { [PERMISSION]: ',' },
    { [PERMISSION]: 'templates:read,' },
    { [PERMISSION]: 'templates:read templates:edit' },
    { [PERMISSION]: 'templates:read;templates:edit' },
    { [PERMISSION]: 'templates%3Aread' },
    { [PERMISSION]: '"templates:read"' },
    { [PERMISSION]: 'Templates:Read' },
    { [ROLE]: '' },
    { [ROLE]: 'GlobalTemplateViewer|Auditor' },
    { [ROLE]: '%REQ(x-role)%' },
    { 'x-ramp-require-permissions': 'templates:read' },
    { 'x-ramp-require-': 'templates:read' },
    { 'x-ramp-require-api': 'runbooks' },
  ])('is refused if it is not understood in full: %o', async (headers) => {
    const refused = await demanding(headers)
    expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(refused.body.errors).toMatchObject([{ field: Object.keys(headers)[0] }])
  })

  test.each([
    '/',
    '//',
    '/templates/7?permission=no-such:thing&role=Auditor&q=1&q=2',
    '/?access_token=x',
    '/%',
    '/%zz/%ff',
    '/../verify?permission=no-such:thing',
    '/%2e%2e/%2e%2e/healthz',
    '/a;b/../c#d?e',
    `/${'x'.repeat(4000)}`,
  ])('is not read from the path and query of its client, which are judged in no way: %s', async (target) => {
    const authorization = `Bearer ${script.secret}`
    const asked = (headers = {}) => rawRequest(server, 'GET', `${ENVOY}${target}`, { authorization, ...headers })
    expect(await asked()).toBe(200)
    expect(await asked({ [ROLE]: 'Auditor' })).toBe(403)
    expect(await rawRequest(server, 'GET', `${ENVOY}${target}`)).toBe(401)
  })

  test('is refused with a path of bytes that are no ASCII, which Node does not read', async () => {
    const authorization = `Bearer ${script.secret}`
    expect(await rawRequest(server, 'GET', `${ENVOY}/\xc3\xa9t\xc3\xa9`, { authorization })).toBe(400)
  })

  test.each(METHODS.filter((method) => method !== 'CONNECT'))(
    'is answered when its client asks by %s',
    async (method) => {
      const headers = { authorization: `Bearer ${script.secret}`, 'content-length': '0' }
      expect(await rawRequest(server, method, `${ENVOY}/x`, headers)).toBe(200)
      expect(await rawRequest(server, method, `${ENVOY}/x`, { ...headers, [PERMISSION]: 'templates:edit' })).toBe(403)
    },
  )

  test('is answered whatever body comes with it, and the connection goes on', async () => {
    const body = Buffer.alloc(200_000, 'x')
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'no type at all']) {
      const answer = await script.request('POST', `${ENVOY}/x`, { body, headers: { 'content-type': type } })
      expect(answer.status, type).toBe(200)
    }
  })

  test.each(['', '*', 'x', '%2f', '?permission=x', ';/'])('has no address but below its own: %s', async (rest) => {
    const authorization = `Bearer ${script.secret}`
    expect([400, 404]).toContain(await rawRequest(server, 'GET', `${ENVOY}${rest}`, { authorization }))
  })

  test('leaves nothing of the path of its client in the log', async () => {
    await script.get(`${ENVOY}/hidden-path?q=hidden-query`, { [ROLE]: 'Auditor' })
    expect(server.log.join('\n')).not.toContain('hidden-')
  })
})
