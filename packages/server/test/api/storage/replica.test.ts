/** A node whose database has become a replica, as a primary does that comes back after a failover, decides nothing on what it reads there. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAdministrator } from '../../../src/commands/first-administrator.ts'
import { Secret } from '../../../src/core/secret.ts'
import { openDatabase } from '../../../src/storage/open-database.ts'
import { type Member, signIn, type TokenHolder } from '../../support/actors.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts'
import { startServer, type TestServer } from '../../support/test-app.ts'

const ADMINISTRATOR = { username: 'admin', password: 'the administrator of this test' }

let postgres: PostgresServer
let node: TestServer
let administrator: Member
let script: TokenHolder

beforeAll(async () => {
  postgres = await startPostgres()
  await postgres.createDatabase('ramp')
  const url = `${postgres.url}/ramp`
  const database = openDatabase(url)
  await database.migrate()
  const password = new Secret(ADMINISTRATOR.password)
  await createAdministrator(database, { ...ADMINISTRATOR, password, mustChangePassword: false }, Date.now())
  await database.close()
  const none = async () => {
    throw new Error('This test types no SQL.')
  }
  node = await startServer('postgres', { on: { url, sql: none, remove: none } })
  administrator = await signIn(node.origin, ADMINISTRATOR)
  script = await administrator.token()
}, 120_000)
afterAll(async () => {
  await node?.close()
  await postgres?.stop()
})

test('A token and a session are neither accepted nor refused there; on a primary again, all is as before', async () => {
  expect((await script.get('/api/v1/me')).status).toBe(200)

  await postgres.restart({ asReplica: true })

  // The connections of before break once each.
  for (let call = 0; call < 20; call++) {
    const answer = await script.get('/api/v1/me')
    expect(answer).toMatchObject({ status: 503, body: { code: 'verification_unavailable' } })
    expect(await administrator.get('/api/v1/me')).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
  }

  await postgres.restart()
  await expect.poll(async () => (await script.get('/api/v1/me')).status, { timeout: 20_000 }).toBe(200)
  expect((await administrator.get('/api/v1/me')).status).toBe(200)
})
