/**
 * A node of a former version that is left running after this version has migrated the database: it changes nothing any
 * more, and whatever it tries leaves this version unharmed (docs/operating.md, "Upgrades").
 */
import { expect, test } from 'vitest'
import { Member, newName, signIn, TokenHolder } from './support/actors.ts'
import { createDatabase, onBothEngines, type TestDatabase } from './support/databases.ts'
import { createEmptyDatabase } from './support/empty-database.ts'
import { type FormerVersion, formerVersion } from './support/former-version.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

const ADMIN = { username: 'admin', password: 'the administrator of the tests' }
const FORMER_VERSION = '5a52e08'

onBothEngines('A rolling upgrade', (engine) => {
  test('from the version before: the old node changes nothing, and the new one everything', async () => {
    const former: FormerVersion = formerVersion(FORMER_VERSION)
    const database: TestDatabase = await createEmptyDatabase(engine)
    const servers: ServerProcess[] = []
    const start = async (options: { readonly program?: string } = {}) => {
      const env = {
        RAMP_DATABASE_URL: database.url,
        RAMP_ADMIN_USERNAME: ADMIN.username,
        RAMP_ADMIN_PASSWORD: ADMIN.password,
      }
      const server = await startServerProcess({ env, ...options })
      servers.push(server)
      return server
    }
    try {
      const old = await start({ program: former.program })
      const before = await signIn(old.origin, ADMIN)
      const token = await before.token()
      const node = await start()
      const administrator = new Member(node.origin, before)
      expect((await new TokenHolder(node.origin, token).get('/api/v1/me')).status).toBe(200)

      const events = () => database.sql('SELECT id FROM audit_event ORDER BY id')
      const recorded = await events()
      const attempts = [
        () => before.post('/api/v1/tokens', { name: newName('old') }),
        () => before.delete(`/api/v1/tokens/${token.id}`),
        () => before.post('/api/v1/session', ADMIN),
      ]
      for (const attempt of attempts) expect((await attempt()).status).toBeGreaterThanOrEqual(500)
      expect(await events()).toEqual(recorded)
      expect((await new TokenHolder(node.origin, token).get('/api/v1/me')).status).toBe(200)

      expect((await administrator.post('/api/v1/tokens', { name: newName('new') })).status).toBe(201)
      expect((await administrator.delete(`/api/v1/tokens/${token.id}`)).status).toBe(204)
      expect((await new TokenHolder(old.origin, token).get('/api/v1/me')).status).not.toBe(200)
      expect((await signIn(node.origin, ADMIN)).username).toBe(ADMIN.username)
    } finally {
      for (const server of servers) {
        server.kill('SIGKILL')
        await server.exited
      }
      await database.remove()
      former.remove()
    }
  }, 120_000)

  test('leaves no place for the events of the first version, which knew no chain', async () => {
    const database = await createDatabase(engine)
    const asItWrote = `INSERT INTO audit_event (at, action, outcome, credential, detail)
        VALUES (1, 'session.created', 'done', 'anonymous', '{}')`
    await expect(database.sql(asItWrote)).rejects.toThrow(/older than the schema|null value in column "id"/)
    await database.remove()
  })
})
