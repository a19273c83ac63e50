import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('Who has a role', (engine) => {
  const server = useServer(engine)
  const ROLE = 'GlobalTemplateViewer'

  async function group(name: string): Promise<{ id: string; name: string; path: string }> {
    const { body } = await server.administrator.post('/api/v1/groups', { name: newName(name) })
    return { ...body, path: `/api/v1/groups/${body.id}` }
  }

  async function holders(role: string, limit = 50) {
    const items: { id: string; type: string; through: string[]; status: string }[] = []
    let cursor = ''
    do {
      const { status, body } = await server.administrator.get(
        `/api/v1/roles/${role}/holders?limit=${limit}${cursor && `&cursor=${cursor}`}`,
      )
      expect(status).toBe(200)
      expect(body.items.length).toBeLessThanOrEqual(limit)
      items.push(...body.items)
      cursor = body.nextCursor ?? ''
    } while (cursor)
    return items
  }

  test('is said with the shortest way it comes about, page by page', async () => {
    const { administrator } = server
    const [inner, middle, outer] = [await group('inner'), await group('middle'), await group('outer')]
    await administrator.put(`${middle.path}/groups/${inner.id}`)
    await administrator.put(`${outer.path}/groups/${middle.id}`)
    await administrator.put(`${outer.path}/roles/${ROLE}`)
    const direct = await server.member({ roles: [ROLE] })
    const through = await server.member()
    const both = await server.member()
    const { body: machine } = await administrator.post('/api/v1/service-accounts', { name: newName('machine') })
    for (const { id } of [direct, through, machine]) await administrator.put(`${inner.path}/members/${id}`)
    for (const { path } of [inner, outer]) await administrator.put(`${path}/members/${both.id}`)
    await administrator.patch(`/api/v1/members/${through.id}`, { status: 'deactivated' })

    const found = await holders(ROLE)
    expect(found.map(({ id }) => id).sort()).toEqual(
      [inner, middle, outer, direct, through, both, machine].map(({ id }) => id).sort(),
    )
    const of = (id: string) => found.find((each) => each.id === id)
    expect(of(outer.id)).toMatchObject({ type: 'group', through: [] })
    expect(of(inner.id)).toMatchObject({ type: 'group', through: [middle.name, outer.name] })
    expect(of(direct.id)).toMatchObject({ type: 'member', through: [], status: 'active' })
    expect(of(both.id)).toMatchObject({ through: [outer.name] })
    expect(of(machine.id)).toMatchObject({ type: 'service_account', through: [inner.name, middle.name, outer.name] })
    expect(of(through.id)).toMatchObject({ status: 'deactivated' })
    for (const limit of [1, 2, 3]) expect(await holders(ROLE, limit)).toEqual(found)

    await administrator.delete(`/api/v1/service-accounts/${machine.id}`)
    expect((await holders(ROLE)).map(({ id }) => id)).not.toContain(machine.id)
    expect(await holders('NoSuchRole')).toEqual([])
  })

  test('that the catalogue no longer has is shown, gives nothing, and can be taken away', async () => {
    const { administrator } = server
    const member = await server.member()
    const ops = await group('ops')
    const { body: machine } = await administrator.post('/api/v1/service-accounts', { name: newName('machine') })
    for (const id of [member.id, machine.id])
      await server.sql(`INSERT INTO role_grant (account_id, role, granted_at) VALUES ('${id}', 'Bygone', 0)`)
    await server.sql(`INSERT INTO group_role (group_id, role, granted_at) VALUES ('${ops.id}', 'Bygone', 0)`)
    expect((await member.get('/api/v1/me')).body.account.permissions).toEqual(['own-tokens:read', 'own-tokens:write'])
    const bygone = async () => {
      const { items } = (await administrator.get('/api/v1/role-grants')).body
      return items.find(({ role }: { role: string }) => role === 'Bygone')
    }
    expect(await bygone()).toEqual({ role: 'Bygone', inCatalogue: false, accounts: 2, groups: 1 })
    expect((await holders('Bygone')).map(({ id }) => id).sort()).toEqual([ops.id, member.id, machine.id].sort())

    for (const path of [`/api/v1/members/${member.id}`, `/api/v1/service-accounts/${machine.id}`, ops.path]) {
      expect((await administrator.put(`${path}/roles/Bygone`)).body.code).toBe('role_not_found')
      expect((await administrator.delete(`${path}/roles/Bygone`)).status).toBe(204)
      expect((await administrator.delete(`${path}/roles/Bygone`)).body.code).toBe('role_not_found')
    }
    expect(await bygone()).toBeUndefined()
  })
})
