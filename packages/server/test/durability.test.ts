/**
 * The real server, killed again and again while it creates and revokes: what it has answered is there afterwards, and
 * nothing is there by halves. A kill comes after a random number of answers; `RAMP_TEST_SEED` repeats them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Member, signIn, TokenHolder } from './support/actors.ts'
import { createDatabase, onBothEngines, type TestDatabase } from './support/databases.ts'
import { type Entry, Ledger } from './support/ledger.ts'
import { newSeed, seededRandom } from './support/seeded-random.ts'
import { type ServerProcess, startProgram, startServerProcess } from './support/server-process.ts'

const KILLS = 12
const CLIENTS = 8
const ADMIN = { username: 'admin', password: 'the administrator of the tests' }

onBothEngines('A server that is killed under load', (engine) => {
  const seed = newSeed()
  const random = seededRandom(seed)
  const ledger = new Ledger()
  let database: TestDatabase
  let server: ServerProcess
  let cookie: string

  const env = () => ({
    RAMP_DATABASE_URL: database.url,
    RAMP_ADMIN_USERNAME: ADMIN.username,
    RAMP_ADMIN_PASSWORD: ADMIN.password,
  })
  /** The session outlives the kills, too. */
  const owner = () => new Member(server.origin, { id: '', ...ADMIN, cookie })
  const holder = (created: NonNullable<Entry['created']>) => new TokenHolder(server.origin, created)

  beforeAll(async () => {
    database = await createDatabase(engine)
    server = await startServerProcess({ env: env() })
    cookie = (await signIn(server.origin, ADMIN)).cookie
    for (let kill = 0; kill < KILLS; kill++) {
      const answers = random.between(20, 60)
      const enough = Promise.withResolvers<void>()
      let answered = 0
      const onAnswer = () => {
        if (++answered === answers) enough.resolve()
      }
      const clients = Promise.all(Array.from({ length: CLIENTS }, () => client(onAnswer)))
      await enough.promise
      await delay(random.between(0, 20))
      server.kill('SIGKILL')
      await server.exited
      await clients
      if (kill % 4 === 3) await killWhileStarting()
      server = await startServerProcess({ env: env() })
    }
  }, 120_000)

  afterAll(async () => {
    server?.kill('SIGKILL')
    await server?.exited
    await database.remove()
  })

  /** Creates and revokes until the server is gone. */
  async function client(onAnswer: () => void): Promise<void> {
    const actor = owner()
    for (;;) {
      const isAlive =
        random.below1() < 0.6
          ? await ledger.create((name) => actor.post('/api/v1/tokens', { name }))
          : await ledger.revoke(
              (count) => random.between(0, count - 1),
              (id) => actor.delete(`/api/v1/tokens/${id}`),
            )
      if (!isAlive) return
      onAnswer()
    }
  }

  async function killWhileStarting(): Promise<void> {
    const program = startProgram({ args: ['serve'], env: { RAMP_PORT: '0', ...env() } })
    await delay(random.between(50, 700))
    program.kill('SIGKILL')
    await program.exited
  }

  test(`loses no answered creation and revives no answered revocation (seed ${seed})`, async () => {
    const answered = ledger.entries.filter(({ created }) => created !== undefined)
    const asked = answered.filter(({ revocation }) => revocation !== 'none')
    // Otherwise there was no load, or no kill came in between.
    expect(answered.length).toBeGreaterThan(10 * KILLS)
    expect(ledger.entries.length).toBeGreaterThan(answered.length)
    expect(asked.length).toBeGreaterThan(KILLS)

    for (const { created, revocation } of answered) {
      if (created === undefined) continue
      const { status, body } = await holder(created).get('/api/v1/me')
      const stored = await owner().get(`/api/v1/tokens/${created.id}`)
      if (revocation === 'none') expect([status, stored.body.status]).toEqual([200, 'active'])
      else if (revocation === 'answered') expect([body.code, stored.body.status]).toEqual(['token_revoked', 'revoked'])
      // Not answered: done or not done, but not both.
      else expect(`${status} ${stored.body.status}`).toMatch(/^(200 active|401 revoked)$/)
    }
  })

  test('leaves nothing half-written: each token has its audit event, and each event its token', async () => {
    const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).sort()
    const events = (action: string) =>
      database.sql<{ id: string }>(`SELECT target_id AS id FROM audit_event WHERE action = '${action}'`)

    const stored = await database.sql<{ id: string; name: string }>('SELECT id, name FROM token')
    expect(ids(await events('token.created'))).toEqual(ids(stored))
    const revoked = await database.sql<{ id: string }>('SELECT id FROM token WHERE revoked_at IS NOT NULL')
    expect(ids(await events('token.revoked'))).toEqual(ids(revoked))
    const changes = await database.sql<{ id: string }>(
      "SELECT DISTINCT substr(subject, 7) AS id FROM authz_change WHERE subject LIKE 'token:%'",
    )
    expect(ids(changes)).toEqual(ids(revoked))

    const asked = new Set(ledger.entries.map(({ name }) => name))
    expect(stored.filter(({ name }) => !asked.has(name))).toEqual([])
    const answered = new Set(ledger.entries.flatMap(({ created }) => created?.id ?? []))
    expect(stored.length).toBeGreaterThanOrEqual(answered.size)
    const sessions = await database.sql<{ id: string }>('SELECT id FROM session')
    expect(sessions.length).toBe((await events('session.created')).length)
  })

  test('leaves a database that the engine itself finds sound', async () => {
    expect((await owner().get('/readyz')).status).toBe(200)
    if (engine === 'postgres') return
    expect(await database.sql('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(await database.sql('PRAGMA foreign_key_check')).toEqual([])
  })
})
