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

  test.each([
    ['is no JSON', '{"roles": [', /is not JSON/],
    ['has no roles', { roles: [] }, /roles/],
    ['lacks the Administrator', { roles: [courier] }, /Administrator is missing/],
    ['has a role twice', { roles: [administrator, courier, courier] }, /Courier stands there twice/],
    [
      'has a permission that is none',
      { roles: [administrator, { ...courier, permissions: ['everything'] }] },
      /\/roles\/1\/permissions\/0/,
    ],
    ['has an unknown field', { roles: [{ ...administrator, admin: true }] }, /\/roles\/0/],
    ['has a role without a description', { roles: [{ ...administrator, description: '' }] }, /\/roles\/0\/description/],
  ])('of one’s own that %s stops the start, saying so', async (_why, content, message) => {
    await expect(startServer(engine, { config: { rolesFile: rolesFile(content) } })).rejects.toThrow(message)
  })

  test('that cannot be read stops the start', async () => {
    await expect(startServer(engine, { config: { rolesFile: join(folder, 'absent.json') } })).rejects.toThrow(/ENOENT/)
  })
})
