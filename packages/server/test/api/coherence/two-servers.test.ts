import { afterAll, beforeAll, expect, test } from 'vitest'
import { Member, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { startServer, type TestServer, useServer } from '../../support/test-app.ts'

onBothEngines('Two servers on one database', (engine) => {
  const first = useServer(engine)
  let second: TestServer

  beforeAll(async () => {
    second = await startServer(engine, { on: first.testDatabase, clock: first.clock })
  })
  afterAll(() => second.close())

  /** A token that both servers have accepted just now, in the hands of a caller of each. */
  const warm = async (...roles: string[]) => {
    const owner = await first.member({ roles })
    const script = await owner.token()
    const callers = [script, new TokenHolder(second.origin, script)]
    for (const caller of callers)
      for (let call = 0; call < 5; call++) expect((await caller.get('/api/v1/me')).status).toBe(200)
    return { owner, script, callers }
  }

  test('a revocation answered by one counts at the other', async () => {
    const { owner, script, callers } = await warm()
    expect((await new Member(second.origin, owner).delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    for (const caller of callers) {
      expect(await caller.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'token_revoked' } })
    }
  })

  test('so does a role given or taken, a narrowing, a deactivation and a reactivation', async () => {
    const { owner, script, callers } = await warm('SuperUser')
    const administrator = new Member(second.origin, first.administrator)
    const statuses = () => Promise.all(callers.map(async (caller) => (await caller.get('/api/v1/members')).status))
    const path = `/api/v1/members/${owner.id}`

    expect(await statuses()).toEqual([200, 200])
    await administrator.delete(`${path}/roles/SuperUser`)
    expect(await statuses()).toEqual([403, 403])
    await administrator.put(`${path}/roles/SuperUser`)
    expect(await statuses()).toEqual([200, 200])
    await administrator.patch(path, { status: 'deactivated' })
    expect(await statuses()).toEqual([401, 401])
    await administrator.patch(path, { status: 'active' })
    expect(await statuses()).toEqual([200, 200])
    const session = new Member(second.origin, await owner.signInAgain())
    await session.patch(`/api/v1/tokens/${script.id}`, { permissions: ['templates:read'] })
    expect(await statuses()).toEqual([403, 403])
  })

  test('a session ended at one is ended at the other', async () => {
    const owner = await first.member()
    const there = new Member(second.origin, owner)
    expect((await there.get('/api/v1/me')).status).toBe(200)
    await owner.delete('/api/v1/session')
    expect(await there.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })
})
