import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../../src/storage/lease.ts'
import { type Member, newName, TokenHolder } from '../../support/actors.ts'
import { mayGoFirst } from '../../support/niceness.ts'
import { useDistantNode } from '../../support/nodes.ts'
import { type TestServer, useServer } from '../../support/test-app.ts'

const outcome = async (script: TokenHolder) => {
  const { status, body } = await script.get('/api/v1/me')
  return status === 200 ? 'active' : body.code
}

/** A token that this server answers from memory. */
async function warm(server: TestServer, owner: Member, at = server) {
  const token = await owner.token()
  const script = new TokenHolder(at.origin, token)
  const missesOfACall = async () => {
    const { cacheMisses } = at.services.verifier.statistics
    expect(await outcome(script)).toBe('active')
    return at.services.verifier.statistics.cacheMisses - cacheMisses
  }
  // A node that has just begun has no lease yet.
  await expect.poll(missesOfACall, { timeout: 2 * LEASE_MS }).toBe(0)
  return script
}

describe('The cache over PostgreSQL', () => {
  const server = useServer('postgres')
  let prompt: pg.Client
  beforeAll(async () => {
    prompt = new pg.Client({ connectionString: server.testDatabase.url })
    await prompt.connect()
  })
  afterAll(() => prompt.end())
  const revokeBySql = (id: string) =>
    server.sql(`UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${id}'`)

  /** A verifier that has applied nothing and is never heard of again. */
  const holdUp = (id: string) =>
    prompt.query(
      `INSERT INTO verifier SELECT '${id}', 0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + ${LEASE_MS}, 0, 'node',
      '${id}', '0', NULL, 0`,
    )

  test('answers from memory, and reads nothing', async () => {
    const script = await warm(server, server.administrator)
    const { cacheMisses, cacheHits } = server.services.verifier.statistics
    for (let call = 0; call < 20; call++) expect(await outcome(script)).toBe('active')
    expect(server.services.verifier.statistics).toMatchObject({ cacheMisses, cacheHits: cacheHits + 20 })
  })

  test.runIf(mayGoFirst(10))('reports by a thread that goes before those that verify', async () => {
    await warm(server, server.administrator)
    const threads = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)))
    expect(Math.min(...threads)).toBe(Math.max(getPriority() - 10, constants.priority.PRIORITY_HIGHEST))
  })

  test('drops what was changed and keeps the rest', async () => {
    const changed = await warm(server, server.administrator)
    const kept = await warm(server, server.administrator)
    expect(
      (await server.administrator.patch(`/api/v1/tokens/${changed.id}`, { name: newName('changed') })).status,
    ).toBe(200)
    const narrowed = await server.administrator.patch(`/api/v1/tokens/${changed.id}`, { permissions: ['audit:read'] })
    expect(narrowed.status).toBe(200)
    const { cacheMisses } = server.services.verifier.statistics
    expect(await outcome(kept)).toBe('active')
    expect(server.services.verifier.statistics.cacheMisses).toBe(cacheMisses)
    expect(await outcome(changed)).toBe('active')
    expect(server.services.verifier.statistics.cacheMisses).toBe(cacheMisses + 1)
  })

  test('a verifier that is gone without a word holds a change up until its lease is over, and no longer', async () => {
    const script = await warm(server, server.administrator)
    await holdUp('gone')
    const began = performance.now()
    expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(performance.now() - began).toBeGreaterThan(LEASE_MS / 2)
    expect(await outcome(script)).toBe('token_revoked')
    expect(await server.sql("SELECT id FROM verifier WHERE id = 'gone'")).toEqual([])
  })

  test('a node whose event loop is blocked holds nothing up, keeps its lease, and knows of the change when it goes on', async () => {
    const token = await server.administrator.token()
    const leases = async () => (await prompt.query<{ id: string }>('SELECT id FROM verifier ORDER BY id')).rows
    const program = fileURLToPath(new URL('../../support/blocked-node.ts', import.meta.url))
    const node = spawn(process.execPath, [program, server.testDatabase.url], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: node.stdout })[Symbol.asyncIterator]()
    node.stdin.write(`${token.secret}\n`)
    expect((await lines.next()).value).toBe('blocked')
    const before = await leases()
    expect(before).toHaveLength(2)
    expect((await server.administrator.delete(`/api/v1/tokens/${token.id}`)).status).toBe(204)
    // Had it been waited for until its lease was over, it would have none any more.
    expect(await leases()).toEqual(before)
    node.stdin.end('.')
    expect((await lines.next()).value).toBe('revoked')
    expect(await once(node, 'exit')).toEqual([0, null])
  })

  test('a repetition, which changes nothing, is answered no sooner than the change counts', async () => {
    const script = await warm(server, server.administrator)
    await holdUp('hung')
    const revoke = () => server.administrator.delete(`/api/v1/tokens/${script.id}`)
    const first = revoke()
    const stored = `SELECT id FROM token WHERE id = '${script.id}' AND revoked_at IS NOT NULL`
    await expect.poll(async () => (await prompt.query(stored)).rows, { interval: 10 }).toHaveLength(1)
    expect((await revoke()).status).toBe(204)
    expect((await prompt.query("SELECT id FROM verifier WHERE id = 'hung'")).rows).toEqual([])
    expect((await first).status).toBe(204)
  })

  test('a verifier whose row was removed begins anew, and trusts nothing that it had', async () => {
    const script = await warm(server, server.administrator)
    const before = await server.sql<{ id: string }>('SELECT id FROM verifier')
    // Whoever waited for it may answer now: the revocation below waits for nobody.
    await prompt.query('DELETE FROM verifier')
    await expect.poll(() => server.sql('SELECT id FROM verifier'), { timeout: 2 * LEASE_MS }).not.toEqual([])
    expect(await server.sql('SELECT id FROM verifier')).not.toEqual(before)
    await revokeBySql(script.id)
    expect(await outcome(script)).toBe('token_revoked')
  })

  test('a database whose clock went back is believed in nothing that was read before', async () => {
    const script = await warm(server, server.administrator)
    // As in a copy from a time when the token had been revoked: no trigger tells of it.
    await server.sql(`ALTER TABLE token DISABLE TRIGGER ALL; UPDATE token SET revoked_at = 1, name_released_at = 1
      WHERE id = '${script.id}'; ALTER TABLE token ENABLE TRIGGER ALL; UPDATE authz_clock SET epoch = epoch - 1`)
    await expect.poll(() => outcome(script), { timeout: 2 * LEASE_MS }).toBe('token_revoked')
  })

  test('forgets everything if the changes between were pruned', async () => {
    const script = await warm(server, server.administrator)
    await server.sql(`UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${script.id}';
      DELETE FROM authz_change`)
    expect(await outcome(script)).toBe('token_revoked')
  })

  test('what is changed past RAMP counts everywhere once the database says that it is settled', async () => {
    for (let time = 0; time < 20; time++) {
      const script = await warm(server, server.administrator)
      await prompt.query(`UPDATE token SET revoked_at = 1, name_released_at = 1 WHERE id = '${script.id}'`)
      await prompt.query('CALL ramp_settle()')
      expect(await outcome(script)).toBe('token_revoked')
    }
  })

  test('leases of a run of the database that cannot be seen any more are waited for', async () => {
    const script = await warm(server, server.administrator)
    await prompt.query('DELETE FROM lease_run')
    const began = performance.now()
    expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(performance.now() - began).toBeGreaterThan(LEASE_MS / 2)
    expect(await outcome(script)).toBe('token_revoked')
  })

  test('a change that cannot be confirmed is stored, and says so', async () => {
    const script = await server.administrator.token()
    await prompt.query('ALTER TABLE lease_run RENAME TO lease_run_away')
    const revoked = await server.administrator.delete(`/api/v1/tokens/${script.id}`)
    expect(revoked).toMatchObject({ status: 503, body: { code: 'settlement_unconfirmed' } })
    await prompt.query('ALTER TABLE lease_run_away RENAME TO lease_run')
    expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(await outcome(script)).toBe('token_revoked')
  })
})

describe('A node that the database cannot hear', () => {
  const server = useServer('postgres')
  const distant = useDistantNode(server)

  test('lets nobody in once a revocation is answered, and holds it up no longer than its lease', async () => {
    const script = await warm(server, server.administrator, distant.node)
    const untouched = await warm(server, server.administrator, distant.node)
    distant.network.stall()
    const began = performance.now()
    expect((await server.administrator.delete(`/api/v1/tokens/${script.id}`)).status).toBe(204)
    expect(performance.now() - began).toBeLessThan(LEASE_MS + 1000)
    expect(await outcome(script)).not.toBe('active')
    expect(await outcome(untouched)).toBe('verification_unavailable')
  })
})
