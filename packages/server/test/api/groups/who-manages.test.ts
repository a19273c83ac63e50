import { beforeAll, expect, test } from 'vitest'
import { type Member, newName, type TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A group that gives more than somebody has', (engine) => {
  const server = useServer(engine)
  let superUser: Member
  let nobody: Member
  beforeAll(async () => {
    superUser = await server.member({ roles: ['SuperUser'] })
    nobody = await server.member()
  })

  async function group(...roles: string[]): Promise<{ id: string; path: string }> {
    const { body } = await server.administrator.post('/api/v1/groups', { name: newName('group') })
    for (const role of roles) await server.administrator.put(`/api/v1/groups/${body.id}/roles/${role}`)
    return { id: body.id, path: `/api/v1/groups/${body.id}` }
  }

  /** By a role of its own, by one of a group above, and by one two groups above. */
  const WAYS = {
    directly: () => group('Administrator'),
    'through a group': async () => {
      const [inner, outer] = [await group(), await group('Administrator')]
      await server.administrator.put(`${outer.path}/groups/${inner.id}`)
      return inner
    },
    'through two groups': async () => {
      const [inner, middle, outer] = [await group('GlobalTemplateViewer'), await group(), await group('Auditor')]
      await server.administrator.put(`${middle.path}/groups/${inner.id}`)
      await server.administrator.put(`${outer.path}/groups/${middle.id}`)
      return inner
    },
  }

  test.each(Object.entries(WAYS))('is not theirs to change in any way (%s)', async (_way, make) => {
    const { id, path } = await make()
    const other = await group()
    await server.administrator.put(`${path}/members/${nobody.id}`)
    await server.administrator.put(`${path}/groups/${other.id}`)
    const attempts = [
      () => superUser.patch(path, { name: newName('renamed') }),
      () => superUser.patch(path, { description: 'Harmless.' }),
      () => superUser.delete(path),
      () => superUser.put(`${path}/members/${superUser.id}`),
      () => superUser.delete(`${path}/members/${nobody.id}`),
      () => superUser.put(`${path}/groups/${other.id}`),
      () => superUser.delete(`${path}/groups/${other.id}`),
    ]
    for (const attempt of attempts) {
      const refused = await nothingHappens(server, attempt, ['audit_event'])
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_permissions' } })
    }
    expect((await server.administrator.patch(path, { name: newName('renamed') })).status).toBe(200)
    expect((await superUser.get(path)).body.id).toBe(id)
  })

  test('is theirs to change once it gives no more than they have', async () => {
    const { path } = await group('Administrator')
    await server.administrator.delete(`${path}/roles/Administrator`)
    expect((await superUser.patch(path, { name: newName('renamed') })).status).toBe(200)
  })

  test('is not changed by a narrowed token of somebody who has more', async () => {
    const { path } = await group('Auditor')
    const narrowed: TokenHolder = await server.administrator.tokenWith('groups:write', 'groups:read', 'roles:grant')
    const refused = await nothingHappens(server, () => narrowed.patch(path, { description: 'x' }), ['audit_event'])
    expect(refused).toMatchObject({ status: 403, body: { code: 'grant_exceeds_token' } })
  })
})
