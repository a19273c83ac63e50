import { expect, test } from 'vitest'
import type { Actor } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Roles through groups', (engine) => {
  const server = useServer(engine)

  async function group(name: string, ...roles: string[]): Promise<string> {
    const { status, body } = await server.administrator.post('/api/v1/groups', {
      name: `${name} ${crypto.randomUUID()}`,
    })
    expect(status).toBe(201)
    for (const role of roles) await expectDone(server.administrator.put(`/api/v1/groups/${body.id}/roles/${role}`))
    return body.id
  }

  async function expectDone(answer: ReturnType<Actor['put']>): Promise<void> {
    const { status, body } = await answer
    expect(status, JSON.stringify(body)).toBe(204)
  }

  const permissionsOf = async (actor: Actor): Promise<string[]> =>
    (await actor.get('/api/v1/me')).body.account.permissions

  test('count at the next call of a warm token, for every way of gaining and losing them', async () => {
    const { administrator } = server
    const owner = await server.member()
    const token = await owner.token()
    const inner = await group('inner')
    const outer = await group('outer', 'GlobalTemplateViewer')
    const me = owner.id
    const can = async () => (await permissionsOf(token)).includes('templates:read')
    expect(await can()).toBe(false)

    await expectDone(administrator.put(`/api/v1/groups/${inner}/members/${me}`))
    expect(await can()).toBe(false)
    await expectDone(administrator.put(`/api/v1/groups/${outer}/groups/${inner}`))
    expect(await can()).toBe(true)
    await expectDone(administrator.delete(`/api/v1/groups/${outer}/groups/${inner}`))
    expect(await can()).toBe(false)
    await expectDone(administrator.put(`/api/v1/groups/${outer}/groups/${inner}`))
    await expectDone(administrator.delete(`/api/v1/groups/${inner}/members/${me}`))
    expect(await can()).toBe(false)
    await expectDone(administrator.put(`/api/v1/groups/${inner}/members/${me}`))
    await expectDone(administrator.delete(`/api/v1/groups/${outer}/roles/GlobalTemplateViewer`))
    expect(await can()).toBe(false)
    await expectDone(administrator.put(`/api/v1/groups/${outer}/roles/GlobalTemplateViewer`))
    expect(await can()).toBe(true)
    await expectDone(administrator.delete(`/api/v1/groups/${outer}`))
    expect(await can()).toBe(false)
  })

  test('are not inherited the other way round', async () => {
    const owner = await server.member()
    const inner = await group('inner', 'GlobalTemplateViewer')
    const outer = await group('outer')
    await expectDone(server.administrator.put(`/api/v1/groups/${outer}/groups/${inner}`))
    await expectDone(server.administrator.put(`/api/v1/groups/${outer}/members/${owner.id}`))
    expect(await permissionsOf(owner)).not.toContain('templates:read')
  })

  test('refuse a circle and name its path', async () => {
    const [a, b, c] = [await group('a'), await group('b'), await group('c')]
    await expectDone(server.administrator.put(`/api/v1/groups/${b}/groups/${a}`))
    await expectDone(server.administrator.put(`/api/v1/groups/${c}/groups/${b}`))
    const { status, body } = await server.administrator.put(`/api/v1/groups/${a}/groups/${c}`)
    expect([status, body.code]).toEqual([409, 'group_cycle'])
    expect(body.detail).toMatch(/c \S+ → a \S+ → b \S+ → c /)
    const { body: detail } = await server.administrator.get(`/api/v1/groups/${a}`)
    expect(detail.groups).toEqual([])
    expect((await server.administrator.put(`/api/v1/groups/${a}/groups/${a}`)).body.code).toBe('group_cycle')
  })

  test('keep the last Administrator through a group', async () => {
    const superUser = await server.member({ roles: ['SuperUser'] })
    const admins = await group('admins', 'Administrator')
    const refused = await superUser.put(`/api/v1/groups/${admins}/members/${superUser.id}`)
    expect([refused.status, refused.body.code]).toEqual([403, 'insufficient_permissions'])
  })
})
