import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, inject } from 'vitest'
import type { Database, Engine } from '../../src/storage/database.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { TEMPLATE_DATABASE } from './global-setup.ts'

const ENGINES: readonly Engine[] = ['sqlite', 'postgres']

/** Runs the same tests on SQLite and on PostgreSQL. */
export function onBothEngines(guarantee: string, tests: (engine: Engine) => void): void {
  describe.each(ENGINES)(`${guarantee} (%s)`, tests)
}

/** A database of one's own with an up-to-date schema. */
export interface TestDatabase {
  /** As `RAMP_DATABASE_URL` takes it. */
  readonly url: string
  /** Runs SQL as somebody at the `sqlite3` or `psql` prompt would: by a connection of its own. Returns the rows. */
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>
  /** Whoever uses it must have closed their connections. */
  remove(): Promise<void>
}

export function createDatabase(engine: Engine): Promise<TestDatabase> {
  return engine === 'sqlite' ? createSqlite() : createPostgres()
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-test-'))
  const url = `sqlite:${join(folder, 'ramp.db')}`
  const prompt = openPrompt(url)
  await prompt.database.migrate()
  return {
    url,
    sql: prompt.sql,
    async remove() {
      await prompt.database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function createPostgres(): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  const name = `ramp_${randomUUID().replaceAll('-', '')}`
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`)
  const url = `${server}/${name}`
  const prompt = openPrompt(url)
  return {
    url,
    sql: prompt.sql,
    async remove() {
      await prompt.database.close()
      await administer(server, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

function openPrompt(url: string): { database: Database; sql: TestDatabase['sql'] } {
  const database = openDatabase(url)
  return {
    database,
    async sql<Row>(text: string) {
      const statement = sql.raw<Row>(text)
      if (database.engine === 'sqlite')
        return (await database.write('maintenance', (trx) => statement.execute(trx))).rows
      const { rows } = await statement.execute(database.read)
      await settle(database)
      return rows
    },
  }
}

/** As docs/coherence.md advises whoever types statements. A database without our schema has nothing to wait for. */
async function settle(database: Database): Promise<void> {
  await sql`CALL ramp_settle()`.execute(database.read).catch((error: { code?: string }) => {
    if (error.code !== UNDEFINED_FUNCTION) throw error
  })
}

const UNDEFINED_FUNCTION = '42883'

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
