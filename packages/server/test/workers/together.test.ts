import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Member, newName, signIn, type TokenHolder } from '../support/actors.ts'
import { createDatabase, onBothEngines, type TestDatabase } from '../support/databases.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { Connection, connectToEach, startWorkers } from '../support/workers.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }
const REVOCATIONS = 200

onBothEngines('Workers at one port', (engine) => {
  let database: TestDatabase
  let server: ServerProcess
  let admin: Member
  let one: Connection
  let other: Connection
  beforeAll(async () => {
    database = await createDatabase(engine)
    server = await startWorkers(2, {
      RAMP_DATABASE_URL: database.url,
      RAMP_ADMIN_USERNAME: ADMIN.username,
      RAMP_ADMIN_PASSWORD: ADMIN.password,
    })
    admin = await signIn(server.origin, ADMIN)
    ;[one, other] = (await connectToEach(server, 2)) as [Connection, Connection]
  })
  afterAll(async () => {
    server.kill('SIGKILL')
    await server.exited
    await database.remove()
  })

  const as = (who: TokenHolder | Member) =>
    'secret' in who ? { authorization: `Bearer ${who.secret}` } : { cookie: who.cookie }
  const use = async (by: Connection, token: TokenHolder, client = 'script/1') =>
    (await by.send('GET', '/api/v1/me', { headers: { ...as(token), 'user-agent': client } })).status

  test('each serve, and the primary does not', async () => {
    const pids = [await one.pid(server), await other.pid(server)]
    expect(new Set([...pids, server.pid]).size).toBe(3)
    expect([await one.pid(server), await other.pid(server)]).toEqual(pids)
  })

  test(`a revocation answered by one counts at the next call, whichever takes it (${REVOCATIONS} times)`, async () => {
    for (let round = 0; round < REVOCATIONS; round++) {
      const token = await admin.token()
      const [revoking, next] = round % 2 === 0 ? [one, other] : [other, one]
      expect(await Promise.all([use(one, token), use(other, token)])).toEqual([200, 200])
      const path = `/api/v1/tokens/${token.id}`
      expect((await revoking.send('DELETE', path, { headers: as(admin) })).status).toBe(204)
      const fresh = new Connection(server.origin)
      expect(await Promise.all([use(next, token), use(fresh, token), use(revoking, token)])).toEqual([401, 401, 401])
      fresh.close()
    }
  }, 180_000)

  test('what one has noted of the use of a token, the other shows at once, and each call is counted once', async () => {
    const token = await admin.token()
    const shown = async (by: Connection) => {
      const headers = as(admin)
      const [listed] = (await by.send('GET', `/api/v1/tokens?q=${token.id}&activity=true`, { headers })).body.items
      const { body: activity } = await by.send('GET', `/api/v1/tokens/${token.id}/activity`, { headers })
      const { body: inInventory } = await by.send('GET', `/api/v1/admin/tokens/${token.id}`, { headers })
      return {
        client: listed.lastUsedClient,
        sameInInventory: inInventory.lastUsedClient === listed.lastUsedClient,
        calls: [listed.activity.at(-1), activity.days.at(-1).calls],
        clients: activity.clients.map(({ client }: { client: string }) => client).sort(),
      }
    }
    for (let call = 0; call < 3; call++) await use(one, token, 'first/1')
    await use(other, token, 'second/1')
    const both = { client: 'second/1', sameInInventory: true, calls: [4, 4], clients: ['first/1', 'second/1'] }
    expect(await shown(one)).toEqual(both)
    expect(await shown(other)).toEqual(both)
    await use(one, token, 'third/1')
    const all = { ...both, client: 'third/1', calls: [5, 5], clients: ['first/1', 'second/1', 'third/1'] }
    expect(await shown(other)).toEqual(all)
    expect(await shown(one)).toEqual(all)
  })

  test('use that is counted while lists are read all the time is counted once', async () => {
    const token = await admin.token()
    const path = `/api/v1/tokens/${token.id}/activity`
    let isReading = true
    const calls = async (by: Connection) =>
      (await by.send('GET', path, { headers: as(admin) })).body.days.at(-1).calls as number
    const readers = [new Connection(server.origin), new Connection(server.origin)].map(async (reader) => {
      let before = 0
      while (isReading) {
        const now = await calls(reader)
        expect(now).toBeGreaterThanOrEqual(before)
        before = now
      }
      reader.close()
    })
    for (let call = 0; call < 100; call++) await Promise.all([use(one, token), use(other, token)])
    isReading = false
    await Promise.all(readers)
    expect([await calls(one), await calls(other)]).toEqual([200, 200])
  })

  test('metrics are those of all, whichever answers', async () => {
    const token = await admin.token()
    const active = async (by: Connection) => {
      const { body } = await by.send('GET', '/metrics')
      expect(body).toMatch(/^ramp_workers 2$/m)
      return Number(/^ramp_verifications_total\{outcome="active"\} (\d+)$/m.exec(body)?.[1])
    }
    const before = await active(one)
    for (let call = 0; call < 5; call++) await Promise.all([use(one, token), use(other, token)])
    expect(await active(one)).toBe(before + 10)
    expect(await active(other)).toBe(before + 10)
    // What each reads from the database is not summed.
    const { body } = await one.send('GET', '/metrics')
    const nodes = [...body.matchAll(/^ramp_verifiers\{kind="node",state="\w+"\} (\d+)$/gm)]
    expect(nodes.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(engine === 'postgres' ? 2 : 0)
  })

  test('limits on guessing are those of the machine, not of each', async () => {
    const username = newName('guessed')
    const signInBy = async (by: Connection) =>
      (await by.send('POST', '/api/v1/session', { body: { username, password: 'a wrong one' } })).status
    for (let attempt = 0; attempt < 5; attempt++)
      expect([await signInBy(one), await signInBy(other)]).toEqual([401, 401])
    expect([await signInBy(one), await signInBy(other)]).toEqual([429, 429])
  })
})
