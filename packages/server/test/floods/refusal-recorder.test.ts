import { expect, test } from 'vitest'
import { RefusalRecorder } from '../../src/audit/refusal-recorder.ts'
import { MINUTE_MS } from '../../src/core/clock.ts'
import { newName } from '../support/actors.ts'
import { onBothEngines } from '../support/databases.ts'
import { startServer, useServer } from '../support/test-app.ts'

onBothEngines('Refusals of one kind by one actor', (engine) => {
  const server = useServer(engine, { config: { trustProxy: ['127.0.0.1'] } })
  const events = async (query: string) => (await server.administrator.get(`/api/v1/audit-events?${query}`)).body.items
  const refusedTo = ({ id }: { id: string }) => events(`action=request.refused&actor=${id}`)

  test('leave one event at once, and one that counts the others', async () => {
    const member = await server.member()
    const script = await member.token()
    for (let time = 0; time < 20; time++) expect((await script.get('/api/v1/members')).status).toBe(403)
    const [first, ...others] = await refusedTo(member)
    expect(others).toEqual([])
    expect(first).toMatchObject({ outcome: 'refused', detail: { code: 'insufficient_permissions' } })

    const before = Date.now()
    await server.services.refusals.writeCounts()
    const [counted, ...more] = await refusedTo(member)
    expect(more).toEqual([first])
    expect(counted).toMatchObject({
      outcome: 'refused',
      credential: { type: 'pat', id: script.id },
      target: { type: 'route', id: 'GET /api/v1/members' },
      detail: { code: 'insufficient_permissions', count: 19 },
    })
    const { firstAt, lastAt } = counted.detail
    expect(Date.parse(first.at)).toBeLessThanOrEqual(Date.parse(firstAt))
    expect(Date.parse(firstAt)).toBeLessThanOrEqual(Date.parse(lastAt))
    expect(Date.parse(lastAt)).toBeLessThanOrEqual(before)

    await server.services.refusals.writeCounts()
    expect(await refusedTo(member)).toHaveLength(2)
  })

  test('are counted apart from those of other routes, credentials and people', async () => {
    const member = await server.member()
    const other = await server.member()
    const scripts = [await member.token(), await member.token(), await other.token()]
    for (const script of scripts) {
      await script.get('/api/v1/members')
      await script.get('/api/v1/groups')
    }
    expect(await refusedTo(member)).toHaveLength(4)
    expect(await refusedTo(other)).toHaveLength(2)
  })

  test('are of one kind, whatever ids they name', async () => {
    const member = await server.member()
    const script = await member.token()
    for (let time = 0; time < 5; time++) await script.get(`/api/v1/members/${crypto.randomUUID()}`)
    expect(await refusedTo(member)).toHaveLength(1)
    await server.services.refusals.writeCounts()
    const [counted, first] = await refusedTo(member)
    expect(first.detail).toHaveProperty('memberId')
    expect(counted.detail).not.toHaveProperty('memberId')
  })

  test('go on being counted while they go on, and begin anew after a minute of silence', async () => {
    const member = await server.member()
    const script = await member.token()
    const refuse = () => script.get('/api/v1/members')
    await refuse()
    await server.services.refusals.writeCounts()
    await refuse()
    expect(await refusedTo(member)).toHaveLength(1)
    await server.services.refusals.writeCounts()
    expect(await refusedTo(member)).toHaveLength(2)
    server.clock.advance(MINUTE_MS)
    await server.services.refusals.writeCounts()
    await refuse()
    expect(await refusedTo(member)).toHaveLength(3)
  })

  test('failed sign-ins and wrong current passwords are counted, too', async () => {
    const member = await server.member()
    const body = { username: member.username, password: 'not the right one' }
    const from = { 'x-forwarded-for': '198.51.100.77' }
    for (let time = 0; time < 6; time++) await server.anonymous.post('/api/v1/session', body, from)
    for (let time = 0; time < 6; time++) {
      const newPassword = `a new password ${newName('x')}`
      await member.put('/api/v1/me/password', { currentPassword: 'not the right one', newPassword })
    }
    await server.services.refusals.writeCounts()
    const of = (action: string) => events(`action=${action}&targetType=member&targetId=${member.id}`)
    expect(await of('session.failed')).toMatchObject([
      { detail: { count: 5 }, address: '198.51.100.77' },
      { actor: null },
    ])
    expect(await of('password.failed')).toMatchObject([{ detail: { count: 5 } }, { actor: { accountId: member.id } }])
  })

  test('failed sign-ins with names that nobody has are counted name by name, as those with real ones are', async () => {
    const before = await server.count('audit_event')
    const from = { 'x-forwarded-for': '198.51.100.78' }
    const names = [newName('nobody'), newName('nobody')]
    for (const username of [...names, ...names]) {
      await server.anonymous.post('/api/v1/session', { username, password: 'spring2026' }, from)
    }
    expect(await server.count('audit_event')).toBe(before + 2)
    for (const { detail } of await server.sql<{ detail: string }>('SELECT detail FROM audit_event')) {
      for (const name of names) expect(detail).not.toContain(name)
    }
  })

  test('of more kinds than are kept apart are counted together', async () => {
    const refusals = new RefusalRecorder(server.database, server.clock, () => {}, 3)
    const context = { actor: { kind: 'anonymous' }, client: undefined, requestId: 'x', now: Date.now() } as const
    const before = await server.count('audit_event')
    for (let host = 0; host < 10; host++) {
      await refusals.record({ ...context, address: `10.2.0.${host}` }, { action: 'session.failed' })
    }
    expect(await server.count('audit_event')).toBe(before + 3)
    await refusals.close()
    expect(await server.count('audit_event')).toBe(before + 4)
    const [last] = await server.sql<{ detail: string; credential: string }>(
      'SELECT detail, credential FROM audit_event ORDER BY id DESC LIMIT 1',
    )
    expect(last).toMatchObject({ credential: 'system' })
    expect(JSON.parse(last?.detail ?? '')).toMatchObject({ count: 7 })
  })

  test('are written at shutdown', async () => {
    const other = await startServer(engine, { on: server.testDatabase, clock: server.clock })
    const member = await server.member()
    const script = await member.token()
    const { send } = await import('../support/http-client.ts')
    const headers = { authorization: `Bearer ${script.secret}` }
    for (let time = 0; time < 4; time++) await send(other.origin, 'GET', '/api/v1/members', { headers })
    expect(await refusedTo(member)).toHaveLength(1)
    await other.close()
    expect((await refusedTo(member))[0]).toMatchObject({ detail: { count: 3 } })
  })
})
