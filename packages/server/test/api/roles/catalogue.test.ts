import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { onBothEngines } from '../../support/databases.ts'
import { startServer, useServer } from '../../support/test-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'ramp-roles-'))
afterAll(() => rmSync(folder, { recursive: true }))

function rolesFile(content: unknown): string {
  const file = join(folder, `${crypto.randomUUID()}.json`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const administrator = {
  name: 'Administrator',
  description: 'All.',
  permissions: ['members:read', 'members:write', 'roles:grant'],
}
const courier = { name: 'Courier', description: 'Takes parcels.', permissions: ['parcels:take'] }

onBothEngines('The catalogue of roles', (engine) => {
  const server = useServer(engine)

  test('is there for every account, with the roles of the product and our own two', async () => {
    const member = await server.member()
    for (const actor of [member, await member.token(), await member.tokenWith('own-tokens:read')]) {
      const { status, body } = await actor.get('/api/v1/roles')
      expect(status).toBe(200)
      const names = body.items.map(({ name }: { name: string }) => name)
      expect(names).toEqual(
        expect.arrayContaining([
          'Administrator',
          'SuperUser',
          'GlobalInstanceHead',
          'TemplateCreator',
          'TokenVerifier',
          'Auditor',
        ]),
      )
      expect(body.items[0]).toMatchObject({ name: 'Administrator', value: 1 })
    }
  })

  test('gives an Administrator no content', async () => {
    const { permissions } = (await server.administrator.get('/api/v1/me')).body.account
    expect(permissions.filter((permission: string) => /^(templates|instances|systems):/.test(permission))).toEqual([])
  })

  test('can be one of the operator’s own', async () => {
    const own = await startServer(engine, { config: { rolesFile: rolesFile({ roles: [administrator, courier] }) } })
    try {
      const member = await own.member({ roles: ['Courier'] })
      expect((await member.get('/api/v1/me')).body.account.permissions).toEqual([
        'own-tokens:read',
        'own-tokens:write',
        'parcels:take',
      ])
      const refused = await own.administrator.put(`/api/v1/members/${member.id}/roles/SuperUser`)
      expect(refused).toMatchObject({ status: 404, body: { code: 'role_not_found' } })
    } finally {
      await own.close()
    }
  })

  const lines = (...text: string[]) => text.join('\n')
  const written = (...roles: object[]) =>
    lines('{', '  "roles": [', roles.map((role) => `    ${JSON.stringify(role)}`).join(',\n'), '  ]', '}')

  test.each([
    ['is no JSON', '{"roles": [', /line 1: the file is not JSON, a value is expected/],
    [
      'has a comma too many',
      lines('{', '  "roles": [', '    {"name": "A",}', '  ]', '}'),
      /line 3: the file is not JSON, a name in/,
    ],
    ['lacks a comma', lines('{"$schema": "x"', '"roles": []}'), /line 2: the file is not JSON, , or } is expected/],
    ['goes on after its end', lines('{"roles": []}', '', '{}'), /line 3: .*the end of the file is expected/],
    ['has no roles', lines('{', '"roles": []', '}'), /line 2: \/roles /],
    ['lacks the Administrator', written(courier), /line 2: the role Administrator is missing/],
    ['has a role twice', written(administrator, courier, courier), /line 5: the role Courier stands there twice/],
    [
      'has a permission that is none',
      written(administrator, { ...courier, permissions: ['everything'] }),
      /line 4: \/roles\/1\/permissions\/0 must match/,
    ],
    [
      'has an unknown field',
      written({ ...administrator, hunter2: true }),
      /line 3: \/roles\/0 must not have this field\.$/,
    ],
    [
      'has a role without a description',
      lines('{"roles": [{', '"name": "Administrator",', '"permissions": [],', '"description": ""', '}]}'),
      /line 4: \/roles\/0\/description/,
    ],
    ['lacks a field', lines('{"roles": [', '{"name": "Administrator"}', ']}'), /line 2: \/roles\/0 must have required/],
  ])('of one’s own that %s stops the start, saying why and on which line', async (_why, content, message) => {
    await expect(startServer(engine, { config: { rolesFile: rolesFile(content) } })).rejects.toThrow(message)
  })

  test('that cannot be read stops the start', async () => {
    await expect(startServer(engine, { config: { rolesFile: join(folder, 'absent.json') } })).rejects.toThrow(/ENOENT/)
  })
})
