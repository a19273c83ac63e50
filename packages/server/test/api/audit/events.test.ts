import { beforeAll, expect, test } from 'vitest'
import { type Actor, newName } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { useServer } from '../../support/test-app.ts'

interface Event {
  readonly action: string
  readonly detail: Record<string, unknown>
}

const FROM = { 'x-forwarded-for': '192.0.2.77' }

onBothEngines('The audit trail', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  let auditor: Actor

  beforeAll(async () => {
    const member = await server.member({ roles: ['Auditor'] })
    auditor = await member.token()
  })

  /** The events that `act` leaves, oldest first, as an auditor reads them. */
  const eventsOf = async (act: () => Promise<unknown>): Promise<Event[]> => {
    const newest = async () => (await auditor.get('/api/v1/audit-events?limit=200')).body.items
    const last = (await newest())[0].id
    await act()
    return (await newest()).filter(({ id }: { id: number }) => id > last).reverse()
  }
  const by = (account: { id: string; username: string }) => ({
    outcome: 'done',
    actor: { accountId: account.id, username: account.username },
    address: '192.0.2.77',
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    at: expect.stringMatching(/Z$/),
  })

  test('names a token’s making, change and revocation, with before and after', async () => {
    const owner = await server.member()
    const session = { credential: { type: 'session', id: expect.any(String) } }
    const name = newName('audited')
    const created = await owner.post('/api/v1/tokens', { name, expiresAt: '2099-01-01' }, FROM)
    const { id } = created.body.token
    const target = { type: 'token', id }
    const expiresAt = Date.parse('2099-01-01T23:59:59.999Z')
    const limits = { expiresAt, permissions: null, allowedAddresses: null }

    const events = await eventsOf(async () => {
      await owner.patch(`/api/v1/tokens/${id}`, { permissions: ['own-tokens:read'] }, FROM)
      await owner.delete(`/api/v1/tokens/${id}`, FROM)
    })

    expect((await auditor.get('/api/v1/audit-events')).body.items).toContainEqual(
      expect.objectContaining({
        ...by(owner),
        ...session,
        action: 'token.created',
        target: { ...target, name, ownerId: owner.id },
        detail: expect.objectContaining({ name, ownerId: owner.id }),
      }),
    )
    expect(events).toMatchObject([
      {
        ...by(owner),
        ...session,
        action: 'token.changed',
        target,
        detail: { before: { name, ...limits }, after: { name, ...limits, permissions: ['own-tokens:read'] } },
      },
      { ...by(owner), ...session, action: 'token.revoked', target, detail: { name, ownerId: owner.id } },
    ])
  })

  test('names the token by whose means something was done', async () => {
    const script = await server.administrator.token()
    const member = await server.member()
    const events = await eventsOf(async () => {
      await script.put(`/api/v1/members/${member.id}/roles/Auditor`, undefined, FROM)
      await script.delete(`/api/v1/members/${member.id}/roles/Auditor`, FROM)
      await script.delete('/api/v1/tokens/current', FROM)
    })
    const common = { ...by(server.administrator), credential: { type: 'pat', id: script.id } }
    const target = { type: 'member', id: member.id }
    expect(events).toMatchObject([
      { ...common, action: 'role.granted', target, detail: { role: 'Auditor' } },
      { ...common, action: 'role.taken', target, detail: { role: 'Auditor' } },
      { ...common, action: 'token.revoked', target: { type: 'token', id: script.id } },
    ])
  })

  test('names what happens to a member, with the fields that changed', async () => {
    const username = newName('audited')
    const names = { username, email: `${username}@example.test`, firstName: 'A', lastName: 'B' }
    let id = ''
    const events = await eventsOf(async () => {
      const created = await server.administrator.post(
        '/api/v1/members',
        { ...names, password: 'an initial password', roles: ['Auditor'] },
        FROM,
      )
      id = created.body.id
      const path = `/api/v1/members/${id}`
      await server.administrator.patch(path, { firstName: 'C' }, FROM)
      await server.administrator.patch(path, { password: 'another password' }, FROM)
      await server.administrator.patch(path, { status: 'deactivated' }, FROM)
      await server.administrator.patch(path, { status: 'active' }, FROM)
    })
    const common = { ...by(server.administrator), target: { type: 'member', id } }
    expect(events).toMatchObject([
      { ...common, action: 'member.created', detail: { username, email: names.email, roles: ['Auditor'] } },
      { ...common, action: 'member.changed', detail: { changes: [{ field: 'firstName', from: 'A', to: 'C' }] } },
      { ...common, action: 'password.reset' },
      { ...common, action: 'member.deactivated' },
      { ...common, action: 'member.reactivated' },
    ])
  })

  test('names sign-ins, failed ones with the reason that the answer hides, sign-outs and password changes', async () => {
    const owner = await server.member()
    const attempt = (username: string, password: string) =>
      server.anonymous.post('/api/v1/session', { username, password }, FROM)
    const typo = 'p4ssword-in-the-wrong-field'
    const events = await eventsOf(async () => {
      await attempt(owner.username, 'wrong')
      await attempt(typo, 'wrong')
      const session = await owner.signInAgain(FROM)
      await session.put('/api/v1/me/password', { currentPassword: owner.password, newPassword: 'something else' }, FROM)
      await session.delete('/api/v1/session', FROM)
    })
    const anonymous = {
      actor: null,
      credential: { type: 'anonymous', id: null },
      address: '192.0.2.77',
      outcome: 'refused',
    }
    const target = { type: 'member', id: owner.id }
    expect(events).toMatchObject([
      { ...anonymous, action: 'session.failed', target, detail: { reason: 'wrong password' } },
      { ...anonymous, action: 'session.failed', target: null, detail: { reason: 'unknown username' } },
      { ...by(owner), action: 'session.created', target: { type: 'session', id: expect.any(String) } },
      { ...by(owner), action: 'password.changed', target, detail: { endedSessions: 1 } },
      { ...by(owner), action: 'session.ended' },
    ])
    expect(JSON.stringify(events)).not.toContain(typo)
  })

  test('names a refused guess at the current password', async () => {
    const owner = await server.member()
    const body = { currentPassword: 'a wrong guess', newPassword: 'something else' }
    const events = await eventsOf(() => owner.put('/api/v1/me/password', body, FROM))
    expect(events).toMatchObject([{ ...by(owner), outcome: 'refused', target: { type: 'member', id: owner.id } }])
  })

  test('names refused administrative actions: who, what, on whom and why', async () => {
    const member = await server.member()
    const script = await member.token()
    const events = await eventsOf(async () => {
      await script.put(`/api/v1/members/${member.id}/roles/Administrator`, undefined, FROM)
      await member.get('/api/v1/audit-events', FROM)
      await server.administrator.patch(`/api/v1/members/${server.administrator.id}`, { status: 'deactivated' }, FROM)
    })
    const refused = (who: { id: string; username: string }) => ({
      ...by(who),
      outcome: 'refused',
      action: 'request.refused',
    })
    expect(events).toMatchObject([
      {
        ...refused(member),
        credential: { type: 'pat', id: script.id },
        target: { type: 'route', id: 'PUT /api/v1/members/:id/roles/:role' },
        detail: { code: 'insufficient_permissions', memberId: member.id },
      },
      { ...refused(member), target: { type: 'route', id: 'GET /api/v1/audit-events' } },
      { ...refused(server.administrator), detail: { code: 'own_deactivation', memberId: server.administrator.id } },
    ])
  })

  test('has no event of what was rolled back', async () => {
    const owner = await server.member()
    await owner.token({ name: 'taken' })
    const events = await eventsOf(async () => {
      await owner.post('/api/v1/tokens', { name: 'taken' })
      await owner.post('/api/v1/tokens', { name: 'x', expiresAt: '2020-01-01' })
      await server.administrator.post('/api/v1/members', { username: 'broken' })
    })
    expect(events).toEqual([])
  })

  test('pages from the newest to the oldest, each event once', async () => {
    const all = (await auditor.get('/api/v1/audit-events?limit=200')).body.items
    const paged: unknown[] = []
    let cursor = ''
    do {
      const { body } = await auditor.get(`/api/v1/audit-events?limit=7${cursor && `&cursor=${cursor}`}`)
      paged.push(...body.items)
      cursor = body.nextCursor ?? ''
    } while (cursor !== '' && paged.length < 1000)
    expect(paged).toEqual(all)
  })
})
