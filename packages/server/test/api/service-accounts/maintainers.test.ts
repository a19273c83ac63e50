import { expect, test } from 'vitest'
import { newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A service account', (engine) => {
  const server = useServer(engine)

  async function account(maintainers: string[] = []) {
    const { status, body } = await server.administrator.post('/api/v1/service-accounts', {
      name: newName('machine'),
      maintainers,
    })
    expect(status).toBe(201)
    return { ...body, path: `/api/v1/service-accounts/${body.id}` }
  }

  async function tokenOf({ path }: { path: string }): Promise<TokenHolder> {
    const { body } = await server.administrator.post(`${path}/tokens`, { name: newName('token') })
    return new TokenHolder(server.origin, { id: body.token.id, secret: body.secret })
  }

  test('names the members to ask about it, who get no say over it', async () => {
    const { administrator } = server
    const [first, second] = [await server.member(), await server.member()]
    const made = await account([first.id])
    expect(made.maintainers).toMatchObject([{ id: first.id, username: first.username, status: 'active' }])
    const changed = await administrator.patch(made.path, { maintainers: [second.id, first.id] })
    expect(changed.body.maintainers.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id])
    const { body: list } = await administrator.get(`/api/v1/service-accounts?q=${made.name}`)
    expect(list.items[0].maintainers).toEqual(changed.body.maintainers)
    for (const path of [made.path, `${made.path}/tokens`]) expect((await first.get(path)).status).toBe(403)
    const none = await administrator.patch(made.path, { maintainers: [] })
    expect(none.body.maintainers).toEqual([])
  })

  test('goes on when who made it and who maintains it are deactivated', async () => {
    const { administrator } = server
    const maker = await server.member({ roles: ['Administrator'] })
    const { body: made } = await maker.post('/api/v1/service-accounts', {
      name: newName('machine'),
      maintainers: [maker.id],
    })
    const path = `/api/v1/service-accounts/${made.id}`
    await maker.put(`${path}/roles/GlobalInstanceObserver`)
    const machine = await tokenOf({ path })
    expect((await administrator.patch(`/api/v1/members/${maker.id}`, { status: 'deactivated' })).status).toBe(200)
    expect((await machine.get('/api/v1/me')).body.account.roles).toEqual(['GlobalInstanceObserver'])
    const { body } = await administrator.get(path)
    expect(body).toMatchObject({ status: 'active', createdBy: maker.username })
    expect(body.maintainers).toMatchObject([{ id: maker.id, status: 'deactivated' }])
  })

  test('has no maintainer who is not a member', async () => {
    const { administrator } = server
    const made = await account()
    for (const stranger of [made.id, crypto.randomUUID()]) {
      const refused = await nothingHappens(server, () =>
        administrator.patch(made.path, { name: newName('other'), maintainers: [stranger] }),
      )
      expect(refused).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'maintainers', code: 'not_an_option' }] },
      })
    }
  })

  test('edited by two: the second is told, and nothing of the first is lost', async () => {
    const { administrator } = server
    const member = await server.member()
    const { path } = await account()
    const { etag } = (await administrator.get(path)).headers
    const first = await administrator.patch(path, { maintainers: [member.id] }, { 'if-match': etag })
    expect(first.status).toBe(200)
    const second = await administrator.patch(path, { description: 'mine' }, { 'if-match': etag })
    expect([second.status, second.body.code]).toEqual([412, 'edited_meanwhile'])
    expect((await administrator.get(path)).body).toMatchObject({ description: '', maintainers: [{ id: member.id }] })
    const again = await administrator.patch(path, { description: 'mine' }, { 'if-match': first.headers.etag })
    expect(again.status).toBe(200)
  })

  test('tells given roles from inherited ones, and from where it was last used', async () => {
    const { administrator } = server
    const made = await account()
    const { body: inner } = await administrator.post('/api/v1/groups', { name: newName('inner') })
    const { body: outer } = await administrator.post('/api/v1/groups', { name: newName('outer') })
    await administrator.put(`/api/v1/groups/${outer.id}/groups/${inner.id}`)
    await administrator.put(`/api/v1/groups/${inner.id}/members/${made.id}`)
    for (const role of ['GlobalTemplateViewer', 'Auditor'])
      await administrator.put(`/api/v1/groups/${outer.id}/roles/${role}`)
    for (const role of ['GlobalInstanceObserver', 'Auditor']) await administrator.put(`${made.path}/roles/${role}`)
    const machine = await tokenOf(made)
    await machine.get('/api/v1/me', { 'user-agent': 'nightly/1.0' })
    await server.services.usage.flush()

    const expected = {
      roles: ['Auditor', 'GlobalInstanceObserver'],
      inheritedRoles: ['Auditor', 'GlobalTemplateViewer'].map((role) => ({ role, through: [inner.name, outer.name] })),
      lastUsedAddress: '127.0.0.1',
      lastUsedClient: 'nightly/1.0',
    }
    expect((await administrator.get(made.path)).body).toMatchObject(expected)
    const { body: list } = await administrator.get(`/api/v1/service-accounts?q=${made.name}`)
    expect(list.items).toMatchObject([expected])
  })
})
