import pg from 'pg'
import { createAdministrator } from '../../src/commands/first-administrator.ts'
import { Secret } from '../../src/core/secret.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

export const ADMINISTRATOR = { username: 'admin', password: 'the administrator of this test' }

/** A PostgreSQL server for one test file, which may break it, with a database that has our schema and an Administrator. */
export interface OwnPostgres {
  readonly server: PostgresServer
  /** Of the database. */
  readonly url: string
  /** By a connection of its own each time. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>
  /** Names the standbys that every commit waits for; an empty text: none. */
  setSynchronousStandbys(names: string): Promise<void>
}

/** The caller stops its server. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const server = await startPostgres({ outlivesCrash: true })
  await server.createDatabase('ramp')
  const url = `${server.url}/ramp`
  await fillDatabase(url)
  return withPrompt(server, url)
}

/** Gives an empty database our schema and an Administrator. */
export async function fillDatabase(url: string): Promise<void> {
  const database = openDatabase(url)
  await database.migrate()
  const password = new Secret(ADMINISTRATOR.password)
  await createAdministrator(database, { ...ADMINISTRATOR, password, mustChangePassword: false }, Date.now())
  await database.close()
}

function withPrompt(server: PostgresServer, url: string): OwnPostgres {
  const sql = (text: string) => runSql(url, text)
  return {
    server,
    url,
    sql: sql as OwnPostgres['sql'],
    async setSynchronousStandbys(names) {
      await sql(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`)
      await sql('SELECT pg_reload_conf()')
    },
  }
}

/** Runs one statement by a connection of its own. */
export async function runSql<Row>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as Row[]
  } finally {
    await client.end()
  }
}
