import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A narrowed token', (engine) => {
  const server = useServer(engine)

  test.each([
    { wanted: ['members:read'], field: 'permissions.0', code: 'permission_not_held' },
    { wanted: ['templates:read', 'roles:grant'], field: 'permissions.1', code: 'permission_not_held' },
    { wanted: ['*'], field: 'permissions.0', code: 'permission_not_held' },
    { wanted: ['templates:read', 'templates:read'], field: 'permissions', code: 'repeated' },
    { wanted: [], field: 'permissions', code: 'too_short' },
    { wanted: 'templates:read', field: 'permissions', code: 'wrong_type' },
    { wanted: [7], field: 'permissions.0', code: 'wrong_type' },
  ])('cannot be made with $wanted by somebody who only views templates', async ({ wanted, field, code }) => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const body = { name: newName('narrow'), permissions: wanted }
    const refused = await nothingHappens(server, () => owner.post('/api/v1/tokens', body))
    expect(refused.status).toBe(400)
    expect(refused.body.errors[0]).toMatchObject({ field, code })
  })

  test('holds what it was given and nothing else, though its owner may do more', async () => {
    const script = await server.administrator.tokenWith('members:read')
    expect((await script.get('/api/v1/me')).body.account.permissions).toEqual(['members:read'])
    expect((await script.get('/api/v1/members')).status).toBe(200)
    for (const path of ['/api/v1/tokens', '/api/v1/audit-events']) {
      const refused = await script.get(path)
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
      expect(refused.headers['www-authenticate']).toMatch(
        /^Bearer realm="ramp", error="insufficient_scope", scope="[a-z:-]+"$/,
      )
    }
  })

  test('does not grow with its owner, and shrinks with them', async () => {
    const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
    const script = await owner.tokenWith('templates:read', 'own-tokens:read')
    const permissions = async () => (await script.get('/api/v1/me')).body.account.permissions
    const roles = `/api/v1/members/${owner.id}/roles`

    await server.administrator.put(`${roles}/SuperUser`)
    expect(await permissions()).toEqual(['own-tokens:read', 'templates:read'])
    await server.administrator.delete(`${roles}/SuperUser`)
    await server.administrator.delete(`${roles}/GlobalTemplateViewer`)
    expect(await permissions()).toEqual(['own-tokens:read'])
    await server.administrator.put(`${roles}/GlobalTemplateEditor`)
    expect(await permissions()).toEqual(['own-tokens:read', 'templates:read'])
  })

  test('a token without narrowing may do what its owner may, and no more, at every route', async () => {
    const owner = await server.member({ roles: ['SuperUser'] })
    const script = await owner.token()
    for (const path of ['/api/v1/me', '/api/v1/tokens', '/api/v1/members', '/api/v1/roles', '/api/v1/audit-events']) {
      expect((await script.get(path)).status, path).toBe((await owner.get(path)).status)
    }
    expect((await script.get('/api/v1/audit-events')).status).toBe(403)
  })
})
