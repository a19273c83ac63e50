/**
 * Nobody is told that a change was not stored unless the database has said so. Here the commits of PostgreSQL wait for a
 * standby that is missing, and are broken off in each of the ways there are.
 */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Member, newName, signIn, TokenHolder } from '../../support/actors.ts'
import { useDistantNode } from '../../support/nodes.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { ADMINISTRATOR, type OwnPostgres, startOwnPostgres } from '../../support/own-postgres.ts'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import { startServer, type TestServer, useServer } from '../../support/test-app.ts'

const UNCONFIRMED = { status: 503, body: { code: 'commit_unconfirmed' }, headers: { 'retry-after': '1' } }
const UNAVAILABLE = { status: 503, body: { code: 'storage_unavailable' }, headers: { 'retry-after': '1' } }

describe('A change whose commit PostgreSQL has not confirmed', () => {
  let postgres: OwnPostgres
  let network: TcpProxy
  let node: TestServer
  let administrator: Member

  beforeAll(async () => {
    postgres = await startOwnPostgres()
    network = await tcpProxy(Number(new URL(postgres.url).port))
    const url = new URL(postgres.url)
    url.port = String(network.port)
    node = await startServer('postgres', { on: { url: url.href, sql: postgres.sql, remove: async () => {} } })
    administrator = await signIn(node.origin, ADMINISTRATOR)
  }, 120_000)
  afterEach(() => postgres.setSynchronousStandbys(''))
  afterAll(async () => {
    await network?.cut()
    await node?.close()
    await postgres?.server.stop()
  })

  const waiting = () =>
    postgres.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'commit'")
  const commitHangs = () => expect.poll(waiting, { interval: 10, timeout: 5000 }).toHaveLength(1)

  /** The caller is let in by a proof of before. Without one, the answer is 503 before anything is changed. */
  const hasFreshLease = () => node.services.verifier.freshness().leaseMs > 2000

  /** Revokes a token while no commit comes to its end; `breakOff` once it waits. */
  async function revokeInVain(breakOff: () => Promise<unknown>) {
    await expect.poll(hasFreshLease, { timeout: 20_000, interval: 20 }).toBe(true)
    const token = await administrator.token()
    await postgres.setSynchronousStandbys('missing')
    const revoking = administrator.delete(`/api/v1/tokens/${token.id}`)
    await commitHangs()
    await breakOff()
    return { token, answer: await revoking }
  }

  /** With the standby back: the change was stored, and a repetition is answered as if it were the first. */
  async function expectStored({ token }: Awaited<ReturnType<typeof revokeInVain>>) {
    await postgres.setSynchronousStandbys('')
    await expect
      .poll(() => postgres.sql(`SELECT 1 FROM token WHERE id = '${token.id}' AND revoked_at IS NOT NULL`), {
        timeout: 5000,
      })
      .toHaveLength(1)
    await expect.poll(async () => (await administrator.get('/api/v1/me')).status, { timeout: 20_000 }).toBe(200)
    expect((await administrator.delete(`/api/v1/tokens/${token.id}`)).status).toBe(204)
  }

  test('because it hangs: 503 within the time that a statement has, perhaps stored', async () => {
    const began = performance.now()
    const revocation = await revokeInVain(async () => {})
    expect(revocation.answer).toMatchObject(UNCONFIRMED)
    expect(performance.now() - began).toBeLessThan(9000)
    await expectStored(revocation)
  })

  test('because its connection was reset', async () => {
    const revocation = await revokeInVain(() => network.cut())
    expect(revocation.answer).toMatchObject(UNCONFIRMED)
    await network.mend()
    await expectStored(revocation)
  })

  test('because its session was ended', async () => {
    const revocation = await revokeInVain(async () => {
      for (const { pid } of await waiting()) await postgres.sql(`SELECT pg_terminate_backend(${pid})`)
    })
    expect(revocation.answer).toMatchObject(UNCONFIRMED)
    await expectStored(revocation)
  })

  test('because its wait for the standby was cancelled, which PostgreSQL calls a success', async () => {
    const revocation = await revokeInVain(async () => {
      for (const { pid } of await waiting()) await postgres.sql(`SELECT pg_cancel_backend(${pid})`)
    })
    expect(revocation.answer).toMatchObject(UNCONFIRMED)
    await expectStored(revocation)
  })
})

describe('A change that PostgreSQL has not begun to commit', () => {
  const server = useServer('postgres')

  /** Holds what every audited change needs, in a session of its own, while `during` runs. */
  async function whileLocked<Result>(during: () => Promise<Result>): Promise<Result> {
    const holder = new pg.Client({ connectionString: server.testDatabase.url })
    await holder.connect()
    try {
      await holder.query('BEGIN; SELECT 1 FROM audit_chain FOR UPDATE')
      return await during()
    } finally {
      await holder.end()
    }
  }
  const lockWaiters = () =>
    server.sql<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
  const create = () => server.administrator.post('/api/v1/tokens', { name: newName('waiting') })

  test.each(['pg_cancel_backend', 'pg_terminate_backend'])('is not stored, and the answer says so: %s', async (end) => {
    const answer = await whileLocked(() =>
      nothingHappens(server, async () => {
        const creating = create()
        await expect.poll(lockWaiters, { timeout: 4000, interval: 20 }).toHaveLength(1)
        for (const { pid } of await lockWaiters()) await server.sql(`SELECT ${end}(${pid})`)
        return creating
      }),
    )
    expect(answer).toMatchObject(UNAVAILABLE)
  })

  test('because all connections are taken', async () => {
    const answers = await whileLocked(() => Promise.all(Array.from({ length: 15 }, create)))
    for (const answer of answers) expect(answer).toMatchObject(UNAVAILABLE)
    expect((await create()).status).toBe(201)
  }, 30_000)
})

describe('A database that hangs', () => {
  const server = useServer('postgres')
  const distant = useDistantNode(server)

  test('is found out in the time that a caller waits, whatever is asked', async () => {
    const administrator = new Member(distant.node.origin, server.administrator)
    const script = new TokenHolder(distant.node.origin, await server.administrator.token())
    for (const actor of [administrator, script]) expect((await actor.get('/api/v1/me')).status).toBe(200)
    distant.network.stall()
    const began = performance.now()
    const answers = await Promise.all([
      administrator.get('/api/v1/tokens'),
      administrator.get('/api/v1/audit-events'),
      administrator.post('/api/v1/tokens', { name: newName('hung') }),
      script.get('/api/v1/tokens'),
      distant.node.anonymous.post('/api/v1/session', { username: 'admin', password: 'some password' }),
    ])
    for (const { status } of answers) expect(status).toBe(503)
    expect(performance.now() - began).toBeLessThan(9000)
  })
})
