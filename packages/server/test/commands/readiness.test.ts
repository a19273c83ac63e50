/** `/readyz` and `doctor` find the same, and `/readyz` does so in 200 ms, whatever hangs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, onBothEngines, type TestDatabase } from '../support/databases.ts'
import { useDistantNode } from '../support/nodes.ts'
import { runProgram } from '../support/server-process.ts'
import { startServer, type TestServer, useServer } from '../support/test-app.ts'

onBothEngines('A server is not ready', (engine) => {
  let database: TestDatabase
  let server: TestServer
  beforeEach(async () => {
    database = await createDatabase(engine)
    server = await startServer(engine, { on: database })
  })
  afterEach(async () => {
    await server.close()
    await database.remove()
  })

  const DIGEST = 'f'.repeat(64)
  test.each([
    ['a schema that a newer version wrote', `INSERT INTO kysely_migration VALUES ('9999-later', '')`, 'schema_newer'],
    ['a schema that lacks a migration', `DELETE FROM kysely_migration WHERE name = '0021-generation'`, 'schema_older'],
    ['an audit chain without its end', 'DELETE FROM audit_chain', 'audit_stuck'],
    ['an audit chain that ends before its last event', event(1, DIGEST), 'audit_stuck'],
    ['an audit chain whose end is not that of its last event', `UPDATE audit_chain SET last_id = 7`, 'audit_stuck'],
  ])('on %s, and doctor says so, too', async (_what, statement, code) => {
    await database.sql(statement)
    const { status, body } = await server.anonymous.get('/readyz')
    expect({ status, codes: body.errors.map((fault: { code: string }) => fault.code) }).toEqual({
      status: 503,
      codes: [code],
    })
    const { code: exit, stdout } = await runProgram({ args: ['doctor'], env: { RAMP_DATABASE_URL: database.url } })
    expect(exit).toBe(1)
    expect(stdout).toMatch(/✗ (migrations|audit chain): /)
  })
})

function event(id: number, digest: string): string {
  return `INSERT INTO audit_event (id, at, action, outcome, credential, detail, previous_digest, digest)
    VALUES (${id}, 1, 'token.created', 'done', 'system', '{}', '${digest}', '${digest}')`
}

describe('A node of PostgreSQL', () => {
  const server = useServer('postgres')
  const distant = useDistantNode(server)

  test('says within 200 ms that its database does not answer, to everybody who asks', async () => {
    expect((await distant.node.anonymous.get('/readyz')).status).toBe(200)
    distant.network.stall()
    try {
      await expect.poll(async () => (await distant.node.anonymous.get('/readyz')).status, { timeout: 5000 }).toBe(503)
      for (let round = 0; round < 5; round++) {
        const startedAt = performance.now()
        const answers = await Promise.all(Array.from({ length: 10 }, () => distant.node.anonymous.get('/readyz')))
        expect(performance.now() - startedAt).toBeLessThan(400)
        for (const { status, body } of answers) {
          expect(status).toBe(503)
          expect(body.errors[0]).toMatchObject({ field: 'database', code: 'no_answer' })
        }
      }
    } finally {
      await distant.network.mend()
    }
    await expect.poll(async () => (await distant.node.anonymous.get('/readyz')).status, { timeout: 20_000 }).toBe(200)
  })

  test('is refused at start, and not ready, on a database that was loaded from a dump, until that is accepted', async () => {
    const env = { RAMP_DATABASE_URL: server.testDatabase.url }
    // What a dump and its restore do to each row.
    await server.sql('UPDATE database_generation SET generation = generation')
    await expect
      .poll(async () => (await server.anonymous.get('/readyz')).body.errors?.[0]?.code, { timeout: 3000 })
      .toBe('loaded_from_dump')
    expect(await runProgram({ args: ['migrate'], env })).toMatchObject({ code: 1, stdout: '' })
    const undecided = await runProgram({ args: ['restore', '--accept'], env })
    expect(undecided).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed: decide') })
    const script = await server.administrator.token()
    expect(await runProgram({ args: ['restore', '--accept', '--end-since-backup'], env })).toMatchObject({ code: 0 })
    expect((await script.get('/api/v1/me')).body.code).toBe('token_revoked')
    expect(await runProgram({ args: ['migrate'], env })).toMatchObject({ code: 0 })
  })
})
