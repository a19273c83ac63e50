import type { Database } from '../storage/database.ts'
import type { PostgresDatabase } from '../storage/postgres.ts'
import { readinessClient, type SessionClient } from '../storage/postgres-client.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import { FAULTS, type Fault } from './check.ts'
import { checkPostgres } from './check-postgres.ts'
import { checkSqlite } from './check-sqlite.ts'

/** Looks at the database by a connection of its own, so that it says what is wrong when all others are taken or hang. */
export interface DatabaseProbe {
  /** Never rejects. One look at a time. */
  look(): Promise<readonly Fault[]>
  close(): Promise<void>
}

export function databaseProbe(database: Database): DatabaseProbe {
  return database.engine === 'sqlite' ? sqliteProbe(database) : postgresProbe(database)
}

function sqliteProbe(database: SqliteDatabase): DatabaseProbe {
  const reader = database.openReader()
  return {
    look: async () => checkSqlite(reader, database.fence),
    close: async () => reader.close(),
  }
}

function postgresProbe({ url }: Pick<PostgresDatabase, 'url'>): DatabaseProbe {
  let connected: SessionClient | undefined

  async function look(): Promise<readonly Fault[]> {
    const client = connected ?? readinessClient(url)
    try {
      if (connected === undefined) await client.connect()
      connected = client
      return await checkPostgres(client)
    } catch (error) {
      connected = undefined
      // Not awaited: a connection that hangs says no goodbye.
      void client.end().catch(() => {})
      const isTimeout = error instanceof Error && /timeout/i.test(error.message)
      return [isTimeout ? FAULTS.no_answer : FAULTS.unreachable]
    }
  }

  return {
    look,
    async close() {
      await connected?.end().catch(() => {})
    },
  }
}
