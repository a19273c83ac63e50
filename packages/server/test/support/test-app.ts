/**
 * A real server for tests: real database, real port on loopback, real HTTP.
 *
 *     onBothEngines('Revoking a token', (engine) => {
 *       const server = useServer(engine)              // starts before the tests, ends after them
 *       test('refuses the next call', async () => {
 *         const owner = await server.member({ roles: ['GlobalTemplateViewer'] })
 *         const script = await owner.token()            // …or owner.tokenWith('templates:read')
 *         await owner.delete(`/api/v1/tokens/${script.id}`)
 *         expect((await script.get('/api/v1/me')).status).toBe(401)
 *       })
 *     })
 *
 * `server.anonymous`, `server.administrator` and members share one interface (`get`, `post`, …, over HTTP). Each test
 * makes members of its own: four password hashes each, so a few, not dozens. `server.clock.advance(DAY_MS)` puts its
 * clock forward, `server.sql('…')` types SQL into another connection, `server.log` holds its log lines (trace level).
 */
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import { type AppOptions, buildApp } from '../../src/app.ts'
import { createAdministrator } from '../../src/commands/first-administrator.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Services } from '../../src/services.ts'
import type { Database, Engine } from '../../src/storage/database.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { Actor, Member, newName, signIn } from './actors.ts'
import { type AdjustableClock, adjustableClock } from './clock.ts'
import { createDatabase, type TestDatabase } from './databases.ts'

interface ServerOptions {
  readonly config?: Partial<Config>
  /** A clock to share with another server; otherwise one of its own. */
  readonly clock?: AdjustableClock
  /** A database that others use, too; otherwise one of its own, with an Administrator in it. Not removed at the end. */
  readonly on?: TestDatabase
  readonly extra?: AppOptions['extra']
}

export interface TestServer {
  readonly engine: Engine
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  readonly app: Awaited<ReturnType<typeof buildApp>>
  readonly services: Services
  readonly database: Database
  readonly testDatabase: TestDatabase
  readonly clock: AdjustableClock
  readonly log: readonly string[]
  readonly anonymous: Actor
  /** The first Administrator, signed in. Absent (throws) on a database given by `on`. */
  readonly administrator: Member
  /** Creates a member by the administrator, signs in, and changes the initial password as the server demands. */
  member(input?: MemberInput): Promise<Member>
  /** Runs SQL by a connection of its own, as an operator would. */
  sql: TestDatabase['sql']
  /** How many rows a table has: that a refused request left nothing behind. */
  count(table: string): Promise<number>
  close(): Promise<void>
}

interface MemberInput {
  readonly username?: string
  readonly roles?: readonly string[]
}

/** A server for the tests of the surrounding `describe`: started before them, closed and removed after them. */
export function useServer(engine: Engine, options: ServerOptions = {}): TestServer {
  let server: TestServer | undefined
  beforeAll(async () => {
    server = await startServer(engine, options)
  })
  afterAll(() => server?.close())
  return new Proxy({} as TestServer, {
    get(_target, property: keyof TestServer) {
      if (server === undefined) throw new Error('The server starts in beforeAll; use it in tests and hooks.')
      return server[property]
    },
  })
}

/** Starts a server that the caller closes. If it does not start, nothing of it is left. */
export async function startServer(engine: Engine, options: ServerOptions = {}): Promise<TestServer> {
  const testDatabase = options.on ?? (await createDatabase(engine))
  const database = openDatabase(testDatabase.url)
  const removeDatabase = async () => {
    await database.close()
    if (options.on === undefined) await testDatabase.remove()
  }
  try {
    return await serve(engine, options, testDatabase, database, removeDatabase)
  } catch (error) {
    await removeDatabase()
    throw error
  }
}

async function serve(
  engine: Engine,
  options: ServerOptions,
  testDatabase: TestDatabase,
  database: Database,
  removeDatabase: () => Promise<void>,
): Promise<TestServer> {
  const clock = options.clock ?? adjustableClock()
  const log: string[] = []
  const config = { ...readConfig({ RAMP_DATABASE_URL: testDatabase.url, RAMP_LOG_LEVEL: 'trace' }), ...options.config }
  const app = await buildApp({
    config,
    database,
    clock,
    logTo: { write: (line) => void log.push(line) },
    ...(options.extra && { extra: options.extra }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const administrator = options.on ? undefined : await firstAdministrator(database, origin, clock())
  const admin = () => {
    if (administrator === undefined)
      throw new Error('This server shares a database; take the administrator of the other.')
    return administrator
  }
  return {
    engine,
    origin,
    app,
    services: app.services,
    database,
    testDatabase,
    clock,
    log,
    anonymous: new Actor(origin),
    get administrator() {
      return admin()
    },
    member: (input) => createMember(origin, admin(), input),
    sql: testDatabase.sql,
    async count(table) {
      const [row] = await testDatabase.sql<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)
      return Number(row?.rows)
    },
    async close() {
      await app.close()
      await removeDatabase()
    },
  }
}

async function firstAdministrator(database: Database, origin: string, now: number): Promise<Member> {
  const administrator = { username: 'admin', password: 'the administrator of the tests' }
  const password = new Secret(administrator.password)
  await createAdministrator(database, { ...administrator, password, mustChangePassword: false }, now)
  return signIn(origin, administrator)
}

async function createMember(origin: string, administrator: Member, input: MemberInput = {}): Promise<Member> {
  const { username = newName('member'), roles = [] } = input
  const initial = `initial password of ${username}`
  const password = `chosen password of ${username}`
  const names = { username, email: `${username}@example.test`, firstName: 'Test', lastName: username }
  const created = await administrator.post('/api/v1/members', { ...names, password: initial, roles })
  if (created.status !== 201) throw new Error(`No member: ${created.status} ${JSON.stringify(created.body)}`)
  const session = await signIn(origin, { username, password: initial })
  const changed = await session.put('/api/v1/me/password', { currentPassword: initial, newPassword: password })
  if (changed.status !== 204) throw new Error(`Password not changed: ${changed.status} ${JSON.stringify(changed.body)}`)
  return new Member(origin, { id: session.id, username, password, cookie: session.cookie })
}
