/**
 * Nodes whose way to PostgreSQL is a PgBouncer, which gives each transaction a session that others use in between: everything is
 * as it is without one, but that a change takes up to a second, since no notification arrives.
 */
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { LEASE_MS } from '../../../src/storage/lease.ts'
import { openPostgres } from '../../../src/storage/postgres.ts'
import { TokenHolder } from '../../support/actors.ts'
import type { TestDatabase } from '../../support/databases.ts'
import { createEmptyDatabase } from '../../support/empty-database.ts'
import { type PgBouncer, startPgBouncer } from '../../support/pgbouncer.ts'
import { runProgram, startServerProcess } from '../../support/server-process.ts'
import { startServer, type TestServer, useServer } from '../../support/test-app.ts'

/** The package may have to be fetched. */
const START_MS = 120_000

describe('Nodes behind a PgBouncer in transaction mode', () => {
  /** This one has an address of its own: those behind PgBouncer and others do not see the difference. */
  const direct = useServer('postgres')
  const nodes: TestServer[] = []
  let pgbouncer: PgBouncer

  beforeAll(async () => {
    // Fewer sessions than connections, so that they change hands.
    pgbouncer = await startPgBouncer(inject('postgresUrl'), { poolMode: 'transaction', poolSize: 3 })
    const on = { ...direct.testDatabase, url: pgbouncer.urlOf(direct.testDatabase.url) }
    while (nodes.length < 2) nodes.push(await startServer('postgres', { on, clock: direct.clock }))
  }, START_MS)
  afterAll(async () => {
    for (const node of nodes) await node.close()
    await pgbouncer?.stop()
  })

  const everywhere = (token: TokenHolder) => [...nodes, direct].map(({ origin }) => new TokenHolder(origin, token))
  const hits = () => nodes.map(({ services }) => services.verifier.statistics.cacheHits)
  const answers = (calls: readonly TokenHolder[]) => Promise.all(calls.map((call) => call.get('/api/v1/me')))

  async function warm(calls: readonly TokenHolder[]): Promise<void> {
    await expect
      .poll(async () => {
        const before = hits()
        const statuses = (await answers(calls)).map(({ status }) => status)
        return { statuses, fromMemory: hits().filter((count, node) => count > (before[node] ?? 0)).length }
      })
      .toEqual({ statuses: [200, 200, 200], fromMemory: nodes.length })
  }

  test.each([0, 1, 2])('a token revoked at node %i is refused by the next call on each', async (node) => {
    for (let round = 0; round < 4; round++) {
      const calls = everywhere(await direct.administrator.token())
      await warm(calls)
      const began = performance.now()
      expect((await calls[node]?.delete('/api/v1/tokens/current'))?.status).toBe(204)
      expect(performance.now() - began).toBeLessThan(LEASE_MS)
      expect((await answers(calls)).map(({ body }) => body.code)).toEqual(Array(3).fill('token_revoked'))
    }
  })

  test('many at once create, use and revoke tokens, though sessions are few', async () => {
    const { administrator } = direct
    const lives = Array.from({ length: 30 }, async () => {
      const calls = everywhere(await administrator.token())
      const before = await answers(calls)
      const revoked = await calls[0]?.delete('/api/v1/tokens/current')
      const after = await answers(calls)
      return [...before.map(({ status }) => status), revoked?.status, ...after.map(({ status }) => status)]
    })
    for (const life of await Promise.all(lives)) expect(life).toEqual([200, 200, 200, 204, 401, 401, 401])
  })

  test('what a verifier trusts is the same lease as elsewhere', async () => {
    const { body } = await direct.administrator.get('/api/v1/verifiers')
    expect(body.items.filter(({ leaseMs }: { leaseMs: number }) => leaseMs > 0)).toHaveLength(3)
  })

  test('nothing is left in a session that another client will get', async () => {
    const { verificationPool, close } = openPostgres(pgbouncer.urlOf(direct.testDatabase.url))
    try {
      // Each in a session of its own, all that there are.
      const clients = await Promise.all([1, 2, 3].map(() => verificationPool.connect()))
      for (const client of clients) await client.query('BEGIN')
      for (const client of clients) {
        const { rows } = await client.query(
          `SELECT current_setting('lock_timeout') AS lock_timeout, (SELECT count(*) FROM pg_prepared_statements) AS prepared,
            (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
            (SELECT count(*) FROM pg_listening_channels()) AS channels`,
        )
        expect(rows).toEqual([{ lock_timeout: '0', prepared: 0, locks: 0, channels: 0 }])
      }
      for (const client of clients) {
        await client.query('COMMIT')
        client.release()
      }
    } finally {
      await close()
    }
  })

  test('the limit for locks holds within a transaction', async () => {
    const database = openPostgres(pgbouncer.urlOf(direct.testDatabase.url))
    try {
      const { rows } = await database.write('maintenance', (trx) => sql`SHOW lock_timeout`.execute(trx))
      expect(rows).toEqual([{ lock_timeout: '5s' }])
    } finally {
      await database.close()
    }
  })
})

describe('A database that was never used', () => {
  let database: TestDatabase
  let pgbouncer: PgBouncer | undefined

  beforeEach(async () => {
    database = await createEmptyDatabase('postgres')
  })
  afterEach(async () => {
    await pgbouncer?.stop()
    await database.remove()
  })

  const through = async (poolMode: 'transaction' | 'session' | 'statement') => {
    pgbouncer = await startPgBouncer(inject('postgresUrl'), { poolMode, poolSize: 3 })
    return { RAMP_DATABASE_URL: pgbouncer.urlOf(database.url) }
  }

  test('is migrated through it by one of several, again and again', async () => {
    const env = await through('transaction')
    for (const ran of [1, 0, 0]) {
      const exits = await Promise.all(Array.from({ length: 3 }, () => runProgram({ args: ['migrate'], env })))
      expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(3).fill({ code: 0, stderr: '' }))
      expect(exits.filter(({ stdout }) => stdout.startsWith('Ran '))).toHaveLength(ran)
    }
  })

  test.each(['transaction', 'session'] as const)(
    'in %s mode is served, and doctor says what that means',
    async (mode) => {
      const env = await through(mode)
      const server = await startServerProcess({ env })
      server.kill('SIGTERM')
      expect((await server.exited).code).toBe(0)
      const { code, stdout } = await runProgram({ args: ['doctor'], env })
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining('✓ database (through a connection pooler: a change takes up to a second)\n'),
      })
    },
  )

  test('in statement mode is refused, by the start and by doctor', async () => {
    const env = await through('statement')
    const fault = 'its connection pooler is in statement mode, and has to be in another'
    for (const args of [['serve'], ['migrate']]) {
      const { code, stderr } = await runProgram({ args, env: { ...env, RAMP_PORT: '0' } })
      expect({ code, stderr }).toEqual({ code: expect.any(Number), stderr: expect.stringContaining(fault) })
      expect(code).not.toBe(0)
    }
    const { code, stdout } = await runProgram({ args: ['doctor'], env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining(fault) })
  })
})
