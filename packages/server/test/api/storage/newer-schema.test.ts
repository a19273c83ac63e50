/** A node that finds a schema it does not know believes nothing it reads, writes nothing, and says so wherever it is asked. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { newName, TokenHolder } from '../../support/actors.ts'
import { onBothEngines } from '../../support/databases.ts'
import { nothingHappens } from '../../support/nothing-happened.ts'
import { runProgram } from '../../support/server-process.ts'
import { useServer } from '../../support/test-app.ts'

const SENTENCE =
  /^This database was written by a newer version of RAMP \(schema 999; this version knows \d+\)\. Start that version, or restore a backup from before the upgrade\.$/

onBothEngines('A database that a newer version has migrated', (engine) => {
  const server = useServer(engine)
  /** As another program: the transactions of this version would roll it back. */
  async function alter(statement: string): Promise<void> {
    if (engine === 'postgres') return void (await server.sql(statement))
    const other = new DatabaseSync(server.testDatabase.url.slice('sqlite:'.length), { timeout: 5000 })
    other.exec(statement)
    other.close()
  }
  const migrateFurther = () =>
    alter("INSERT INTO kysely_migration (name, timestamp) VALUES ('0999-of-a-later-version', '2026-12-01')")
  const migrateBack = () => alter("DELETE FROM kysely_migration WHERE name = '0999-of-a-later-version'")

  test('stops a running node: no verification, no session, no change, not ready; back again, all is as before', async () => {
    const { administrator } = server
    const warm = new TokenHolder(server.origin, await administrator.token())
    const cold = new TokenHolder(server.origin, await administrator.token())
    expect((await warm.get('/api/v1/me')).status).toBe(200)

    await migrateFurther()
    await expect.poll(async () => (await warm.get('/api/v1/me')).status, { timeout: 5000 }).toBe(503)
    for (const token of [warm, cold])
      expect(await token.get('/api/v1/me')).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
    const changes = [
      () => administrator.get('/api/v1/me'),
      () => administrator.post('/api/v1/tokens', { name: newName('late') }),
      () => administrator.delete(`/api/v1/tokens/${warm.id}`),
      () =>
        server.anonymous.post('/api/v1/session', {
          username: administrator.username,
          password: administrator.password,
        }),
    ]
    for (const change of changes) {
      const refused = engine === 'postgres' ? await nothingHappens(server, change) : await change()
      expect(refused).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
      expect(refused.body.detail).toMatch(SENTENCE)
    }
    const notReady = await server.anonymous.get('/readyz')
    expect(notReady).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
    expect(notReady.body.detail).toMatch(SENTENCE)

    await migrateBack()
    await expect.poll(async () => (await warm.get('/api/v1/me')).status, { timeout: 5000 }).toBe(200)
    expect((await administrator.delete(`/api/v1/tokens/${warm.id}`)).status).toBe(204)
    expect((await server.anonymous.get('/readyz')).status).toBe(200)
  })

  test('is refused by every command, in one sentence', async () => {
    await migrateFurther()
    const env = { RAMP_DATABASE_URL: server.testDatabase.url, RAMP_PORT: '0' }
    for (const args of [['serve'], ['migrate'], ['audit', 'verify'], ['create-admin', 'late']]) {
      const { code, stderr } = await runProgram({ args, env, stdin: 'a password for the late one' })
      expect(stderr.trim()).toMatch(SENTENCE)
      expect(code).toBe(1)
    }
    const { code, stdout } = await runProgram({ args: ['doctor'], env })
    expect(stdout).toMatch(/✗ migrations: This database was written by a newer version of RAMP \(schema 999;/)
    expect(code).toBe(1)
    await migrateBack()
  }, 60_000)
})
