import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateToken } from '@ramp/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCESS, type AccessRule, isAdministrative } from '../src/http/access.ts'
import { type Actor, type Member, TokenHolder } from './support/actors.ts'
import { onBothEngines } from './support/databases.ts'
import type { Answer } from './support/http-client.ts'
import { nothingHappens } from './support/nothing-happened.ts'
import { startServer, useServer } from './support/test-app.ts'

interface Route {
  readonly route: string
  readonly method: string
  readonly path: string
  readonly rule: AccessRule
}

/** Every route there is: the server does not start with one that is not in the matrix (last test). */
const ROUTES: readonly Route[] = Object.entries(ACCESS).map(([route, rule]) => {
  const [method = '', template = ''] = route.split(' ')
  const id = template.startsWith('/api/v1/tokens') ? 'a'.repeat(12) : '00000000-0000-4000-8000-000000000000'
  return { route, method, path: template.replace(':id', id).replace(':role', 'Auditor').replace('*', 'x'), rule }
})
const GUARDED = ROUTES.filter(({ rule }) => !rule.by.includes('anonymous'))
const DEMANDING = GUARDED.flatMap((each) =>
  each.rule.permission ? [{ ...each, permission: each.rule.permission }] : [],
)

/** The product's permissions, and for each that a route demands a role that has all but that one. */
const PERMISSIONS = [
  ...new Set(
    [
      ...readFileSync(new URL('../src/roles/default-roles.json', import.meta.url), 'utf8').matchAll(
        /"([a-z-]+:[a-z-]+)"/g,
      ),
    ].map(([, permission]) => String(permission)),
  ),
]
const OWN = ['own-tokens:read', 'own-tokens:write']
const allBut = (permission: string) => `AllBut${permission.replaceAll(/[:-]/g, 'x')}`
const folder = mkdtempSync(join(tmpdir(), 'ramp-matrix-'))
const rolesFile = join(folder, 'roles.json')
writeFileSync(
  rolesFile,
  JSON.stringify({
    roles: [
      { name: 'Administrator', description: 'Everything.', permissions: PERMISSIONS },
      ...[...new Set(DEMANDING.map(({ permission }) => permission))].map((missing) => ({
        name: allBut(missing),
        description: `Everything but ${missing}.`,
        permissions: PERMISSIONS.filter((permission) => permission !== missing),
      })),
    ],
  }),
)
afterAll(() => rmSync(folder, { recursive: true }))

onBothEngines('The access matrix', (engine) => {
  const server = useServer(engine, { config: { rolesFile } })
  let member: Member
  let service: TokenHolder
  const serviceId = '00000000-0000-4000-8000-00000000aaaa'

  beforeAll(async () => {
    member = await server.member()
    service = await serviceToken()
  })

  /** A service account with a token, as its own feature will make them: typed into the database until then. */
  async function serviceToken(): Promise<TokenHolder> {
    const { id, text } = generateToken('ramp', 'service')
    const digest = createHash('sha256').update(text).digest('hex')
    const bytes = engine === 'sqlite' ? `X'${digest}'` : `'\\x${digest}'`
    await server.sql(`INSERT INTO account (id, kind, username, username_key, display_name, display_name_key, created_at)
      VALUES ('${serviceId}', 'service', 'ci', 'ci', 'CI', 'ci', 0)`)
    await server.sql(`INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at)
      VALUES ('${id}', '${serviceId}', 'service', 'ci', 'ci', ${bytes}, 0)`)
    return new TokenHolder(server.origin, { id, secret: text })
  }

  async function giveOnly(accountId: string, role: string): Promise<void> {
    await server.sql(`DELETE FROM role_grant WHERE account_id = '${accountId}'`)
    await server.sql(`INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${accountId}', '${role}', 0)`)
  }

  /** A refusal leaves nothing but the event that an administrative one leaves. */
  const call = (actor: Actor, { method, path, rule }: Route): Promise<Answer> =>
    nothingHappens(server, () => actor.request(method, path), isAdministrative(rule) ? ['audit_event'] : [])

  test.each(GUARDED)('$route is closed to whoever shows no credential', async (route) => {
    const refused = await call(server.anonymous, route)
    expect(refused).toMatchObject({ status: 401, body: { code: 'authentication_required' } })
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="ramp"')
  })

  test.each(GUARDED.filter(({ rule }) => !rule.by.includes('pat')))(
    '$route is closed to tokens of people',
    async (route) => {
      const refused = await call(await server.administrator.token(), route)
      expect(refused).toMatchObject({ status: 403, body: { code: 'session_required' } })
    },
  )

  test.each(GUARDED.filter(({ rule }) => !rule.by.includes('service')))(
    '$route is closed to service accounts',
    async (route) => {
      await giveOnly(serviceId, 'Administrator')
      expect(await call(service, route)).toMatchObject({ status: 403, body: { code: 'session_required' } })
    },
  )

  test.each(GUARDED.filter(({ rule }) => !rule.by.includes('session')))(
    '$route is closed to sessions',
    async (route) => {
      const refused = await call(server.administrator, route)
      const isUnread = route.rule.credentials !== undefined
      expect(refused).toMatchObject(
        isUnread
          ? { status: 401, body: { code: 'authentication_required' } }
          : { status: 403, body: { code: 'bearer_required' } },
      )
    },
  )

  const forTokens = DEMANDING.filter(({ rule }) => rule.by.includes('pat'))

  test.each(forTokens)('$route is closed to a token with every permission but $permission', async (route) => {
    const others = [...PERMISSIONS, ...OWN].filter((permission) => permission !== route.permission)
    const refused = await call(await server.administrator.tokenWith(...others), route)
    expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    expect(refused.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${route.permission}"`)
  })

  test.each(forTokens)('$route is open to a token with $permission alone', async (route) => {
    const script = await server.administrator.tokenWith(route.permission)
    const { status, body } = await script.request(route.method, route.path)
    expect(status).not.toBe(401)
    expect(['insufficient_permissions', 'session_required', 'bearer_required']).not.toContain(body?.code)
  })

  const byRole = DEMANDING.filter(({ permission }) => !OWN.includes(permission))

  test.each(byRole)('$route is closed to whoever has every role but one with $permission', async (route) => {
    await giveOnly(member.id, allBut(route.permission))
    await giveOnly(serviceId, allBut(route.permission))
    const actors = { session: member, pat: await member.token(), service }
    for (const [kind, actor] of Object.entries(actors)) {
      if (!route.rule.by.includes(kind as keyof typeof actors)) continue
      expect(await call(actor, route), kind).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    }
  })

  test.each(ROUTES.filter(({ method }) => method === 'GET'))(
    'HEAD for $route is as closed as GET',
    async ({ path, rule }) => {
      const { status } = await server.anonymous.request('HEAD', path)
      if (rule.by.includes('anonymous')) expect([401, 403]).not.toContain(status)
      // Or there is no HEAD: a GET that records something is no question to ask lightly.
      else expect([401, 405]).toContain(status)
    },
  )
})

describe('The start', () => {
  test('fails with a route that is not in the matrix', async () => {
    const extra = {
      access: {},
      register: (app: { get: (path: string, handler: () => string) => unknown }) => app.get('/forgotten', () => 'open'),
    }
    await expect(startServer('sqlite', { extra: extra as never })).rejects.toThrow(
      'The route GET /forgotten is not in the access matrix',
    )
  })

  test('a matrix entry for another method does not help', async () => {
    const access = { 'POST /forgotten': ACCESS['GET /healthz'] }
    const extra = {
      access,
      register: (app: { get: (path: string, handler: () => string) => unknown }) => app.get('/forgotten', () => 'open'),
    }
    await expect(startServer('sqlite', { extra: extra as never })).rejects.toThrow('GET /forgotten')
  })

  test('every route of the matrix is registered', async () => {
    const server = await startServer('sqlite')
    try {
      for (const { route, method } of ROUTES.filter(({ path }) => path.startsWith('/api/'))) {
        const url = route.slice(method.length + 1)
        expect(server.app.hasRoute({ method: method as 'GET', url }), route).toBe(true)
      }
    } finally {
      await server.close()
    }
  })
})
