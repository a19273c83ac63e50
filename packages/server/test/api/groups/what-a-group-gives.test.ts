import { expect, test } from 'vitest'
import { newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('What a group gives', (engine) => {
  const server = useServer(engine)

  async function group(name: string, ...roles: string[]): Promise<{ id: string; name: string; path: string }> {
    const { body } = await server.administrator.post('/api/v1/groups', { name: newName(name) })
    for (const role of roles) await server.administrator.put(`/api/v1/groups/${body.id}/roles/${role}`)
    return { ...body, path: `/api/v1/groups/${body.id}` }
  }

  test('is its own roles and those of the groups above, each with where it comes from', async () => {
    const { administrator } = server
    const inner = await group('inner', 'GlobalInstanceObserver')
    const middle = await group('middle')
    const outer = await group('outer', 'GlobalTemplateViewer', 'GlobalInstanceObserver')
    await administrator.put(`${middle.path}/groups/${inner.id}`)
    await administrator.put(`${outer.path}/groups/${middle.id}`)

    const { body } = await administrator.get(inner.path)
    expect(body.roles).toEqual(['GlobalInstanceObserver'])
    expect(body.inheritedRoles).toEqual(
      ['GlobalInstanceObserver', 'GlobalTemplateViewer'].map((role) => ({ role, through: [middle.name, outer.name] })),
    )
    expect(body.effectiveRoles).toEqual(['GlobalInstanceObserver', 'GlobalTemplateViewer'])
    expect(body.memberOf).toEqual([{ id: middle.id, name: middle.name, roles: [], groupCount: 1, memberOfCount: 1 }])
    expect((await administrator.get(middle.path)).body.groups).toEqual([
      { id: inner.id, name: inner.name, roles: ['GlobalInstanceObserver'], groupCount: 0, memberOfCount: 1 },
    ])

    const names = async (query: string) =>
      (await administrator.get(`/api/v1/groups?limit=200${query}`)).body.items.map(({ id }: { id: string }) => id)
    expect(await names('')).toEqual(expect.arrayContaining([inner.id, middle.id, outer.id]))
    const top = await names('&within=none')
    expect(top).toContain(outer.id)
    expect(top).not.toContain(inner.id)
    expect(top).not.toContain(middle.id)
  })

  test('is lost with it, except by whom something else gives it', async () => {
    const { administrator } = server
    const inner = await group('inner')
    const doomed = await group('doomed', 'GlobalTemplateViewer')
    const outer = await group('outer', 'GlobalInstanceObserver')
    const other = await group('other', 'GlobalInstanceObserver')
    await administrator.put(`${doomed.path}/groups/${inner.id}`)
    await administrator.put(`${outer.path}/groups/${doomed.id}`)
    const [loser, both, partly] = [
      await server.member(),
      await server.member({ roles: ['GlobalTemplateViewer', 'GlobalInstanceObserver'] }),
      await server.member(),
    ]
    for (const { id } of [loser, both, partly]) await administrator.put(`${inner.path}/members/${id}`)
    await administrator.put(`${other.path}/members/${partly.id}`)

    const lost: Record<string, string[]> = {}
    let cursor = ''
    do {
      const { body } = await administrator.get(`${doomed.path}/losses?limit=1${cursor && `&cursor=${cursor}`}`)
      for (const { id, roles } of body.items) lost[id] = roles
      cursor = body.nextCursor ?? ''
    } while (cursor)
    expect(lost).toEqual({
      [loser.id]: ['GlobalInstanceObserver', 'GlobalTemplateViewer'],
      [partly.id]: ['GlobalTemplateViewer'],
    })

    const rolesOf = async (member: typeof loser) => (await member.get('/api/v1/me')).body.account.roles
    expect((await administrator.delete(doomed.path)).status).toBe(204)
    expect(await rolesOf(loser)).toEqual([])
    expect(await rolesOf(both)).toEqual(['GlobalInstanceObserver', 'GlobalTemplateViewer'])
    expect(await rolesOf(partly)).toEqual(['GlobalInstanceObserver'])
  })
})
