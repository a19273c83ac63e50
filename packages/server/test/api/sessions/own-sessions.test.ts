import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/core/clock.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

const SESSIONS = '/api/v1/me/sessions'

interface Session {
  readonly id: string
  readonly current: boolean
}

onBothEngines('The own sessions', (engine) => {
  const server = useServer(engine)
  const audit = () =>
    server.sql<{ target_type: string; target_id: string; detail: string }>(
      "SELECT target_type, target_id, detail FROM audit_event WHERE action = 'session.ended' ORDER BY id",
    )

  test('are listed with when, from where and by what, the last sign-in first, and nobody else’s', async () => {
    const owner = await server.member()
    await server.member()
    server.clock.advance(HOUR_MS)
    await owner.signInAgain({ 'user-agent': 'Firefox/145.0' })
    const { status, body } = await owner.get(SESSIONS)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      items: [
        { client: 'Firefox/145.0', address: '127.0.0.1', current: false },
        { client: null, current: true },
      ],
      nextCursor: null,
    })
    expect(Object.keys(body.items[0]).sort()).toEqual([
      'address',
      'client',
      'createdAt',
      'current',
      'expiresAt',
      'id',
      'lastSeenAt',
    ])
    expect(JSON.stringify(body)).not.toContain(owner.cookie.split('=')[1])
  })

  test('come page by page, each once', async () => {
    const owner = await server.member()
    for (let more = 0; more < 3; more++) await owner.signInAgain()
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { items: Session[]; nextCursor: string | null } = (
        await owner.get(`${SESSIONS}?limit=3${cursor && `&cursor=${cursor}`}`)
      ).body
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(new Set(ids).size).toBe(4)
    expect(ids).toHaveLength(4)
  })

  test('end one by one, at once, and leave an event', async () => {
    const owner = await server.member()
    const elsewhere = await owner.signInAgain()
    const script = await owner.token()
    const other: Session = (await owner.get(SESSIONS)).body.items.find(({ current }: Session) => !current)
    expect(await owner.delete(`${SESSIONS}/${other.id}`)).toMatchObject({ status: 204, body: null })
    expect(await elsewhere.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect((await owner.get('/api/v1/me')).status).toBe(200)
    expect((await script.get('/api/v1/me')).status).toBe(200)
    expect((await audit()).at(-1)).toMatchObject({ target_type: 'session', target_id: other.id })
    const again = await nothingHappens(server, () => owner.delete(`${SESSIONS}/${other.id}`))
    expect(again).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
  })

  test('of somebody else look missing', async () => {
    const owner = await server.member()
    const [foreign] = (await (await server.member()).get(SESSIONS)).body.items
    const refused = await nothingHappens(server, () => owner.delete(`${SESSIONS}/${foreign.id}`))
    expect(refused).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
    expect(JSON.stringify(refused.body)).not.toContain(foreign.address)
  })

  test('end with this one by its id, which is signing out', async () => {
    const owner = await server.member()
    const [{ id }] = (await owner.get(SESSIONS)).body.items
    const answer = await owner.delete(`${SESSIONS}/${id}`)
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^ramp_session=; /)
    expect((await owner.get('/api/v1/me')).status).toBe(401)
  })

  test('end all but this one, or this one, too', async () => {
    const owner = await server.member()
    const others = [await owner.signInAgain(), await owner.signInAgain()]
    expect(await owner.delete(SESSIONS)).toMatchObject({ status: 200, body: { ended: 2 } })
    for (const other of others) expect((await other.get('/api/v1/me')).status).toBe(401)
    expect((await audit()).at(-1)).toMatchObject({
      target_type: 'member',
      target_id: owner.id,
      detail: '{"endedSessions":2,"includesCurrent":false}',
    })
    expect(await nothingHappens(server, () => owner.delete(SESSIONS))).toMatchObject({ body: { ended: 0 } })

    await owner.signInAgain()
    const last = await owner.delete(`${SESSIONS}?current=true`)
    expect(last).toMatchObject({ status: 200, body: { ended: 2 } })
    expect(last.headers['set-cookie']?.[0]).toMatch(/^ramp_session=; /)
    expect((await owner.get('/api/v1/me')).status).toBe(401)
  })

  // The last: the administrator's session has ended, too.
  test('that have ended by themselves are not among them, and cannot be ended', async () => {
    const owner = await server.member()
    const [{ id }] = (await owner.get(SESSIONS)).body.items
    server.clock.advance(13 * HOUR_MS)
    const again = await owner.signInAgain()
    expect((await again.get(SESSIONS)).body.items).toMatchObject([{ current: true }])
    expect(await again.delete(`${SESSIONS}/${id}`)).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
  })
})
