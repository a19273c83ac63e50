import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DatabaseBase } from './database.ts'
import { runMigrations } from './migrate.ts'
import type { Tables } from './tables.ts'

export interface PostgresDatabase extends DatabaseBase {
  readonly engine: 'postgres'
  readonly pool: pg.Pool
}

/** Waiting longer for a connection than this answers 503: a caller's own patience is rarely more. */
const CONNECTION_TIMEOUT_MS = 5000

/** A pool for `postgres://…`. Connects at first use; a lost connection is replaced at the next. */
export function openPostgres(url: string): PostgresDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    application_name: 'ramp',
    types: { getTypeParser: parserFor as typeof pg.types.getTypeParser },
  })
  // An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })

  return {
    engine: 'postgres',
    pool,
    read: db,
    write: (work) => db.transaction().execute(work),
    migrate: () => runMigrations(db, 'postgres'),
    close: () => db.destroy(),
  }
}

/** Instants, epochs and counts are int8 and stay below 2^53: numbers, not strings. */
function parserFor(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return Number
  return pg.types.getTypeParser(oid, format as 'text')
}
