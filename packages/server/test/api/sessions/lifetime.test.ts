import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/clock.ts'
import type { Member } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { useServer } from '../../support/test-app.ts'

onBothEngines('A session', (engine) => {
  const server = useServer(engine)
  const isAlive = async (session: Member) => (await session.get('/api/v1/me')).status === 200
  const lastSeen = async ({ id }: Member) => {
    const [row] = await server.sql<{ last_seen_at: number }>(
      `SELECT max(last_seen_at) AS last_seen_at FROM session WHERE account_id = '${id}'`,
    )
    return Number(row?.last_seen_at)
  }

  test('ends at sign-out, and only that one; the cookie goes', async () => {
    const owner = await server.member()
    const elsewhere = await owner.signInAgain()
    const answer = await owner.delete('/api/v1/session')
    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^ramp_session=; .*Expires=Thu, 01 Jan 1970/)
    expect(await owner.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    expect(await isAlive(elsewhere)).toBe(true)
  })

  test('that has ended, or never was, opens nothing', async () => {
    for (const cookie of [
      'ramp_session=',
      'ramp_session=x',
      `ramp_session=${'A'.repeat(43)}`,
      'ramp_session=%00',
      'ramp_session="',
    ]) {
      const refused = await nothingHappens(server, () =>
        server.anonymous.post('/api/v1/tokens', { name: 'x' }, { cookie }),
      )
      expect(refused.status, cookie).toBe(401)
    }
  })

  test('ends 12 hours after its last request, not earlier', async () => {
    const owner = await server.member()
    const idle = await owner.signInAgain()
    server.clock.advance(12 * HOUR_MS - MINUTE_MS)
    expect(await isAlive(owner)).toBe(true)
    await expect.poll(() => lastSeen(owner)).toBeGreaterThan(server.clock() - HOUR_MS)
    server.clock.advance(MINUTE_MS)
    expect(await isAlive(idle)).toBe(false)
    expect(await isAlive(owner)).toBe(true)
  })

  test('ends 7 days after the sign-in, however busy it is', async () => {
    const administrator = await server.administrator.signInAgain()
    const signedInAt = server.clock()
    while (server.clock() < signedInAt + 7 * DAY_MS - 11 * HOUR_MS) {
      server.clock.advance(11 * HOUR_MS)
      expect(await isAlive(administrator)).toBe(true)
      await expect.poll(() => lastSeen(administrator)).toBeGreaterThan(server.clock() - HOUR_MS)
    }
    server.clock.advance(signedInAt + 7 * DAY_MS - server.clock())
    expect(await administrator.get('/api/v1/me')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
  })
})
