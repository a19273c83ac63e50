import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
} from 'kysely'
import type pg from 'pg'

/**
 * Kysely's PostgreSQL, which leaves nothing behind in a session: what is set and what is locked ends with the transaction.
 * Behind a pooler the session is another client's by then (postgres-client.ts).
 */
export class TransactionalDialect extends PostgresDialect {
  readonly #pool: pg.Pool
  readonly #lockTimeoutMs: number | undefined

  /** @param lockTimeoutMs How long each statement of a transaction waits for a lock; undefined: without a limit. */
  constructor(pool: pg.Pool, lockTimeoutMs?: number) {
    super({ pool })
    this.#pool = pool
    this.#lockTimeoutMs = lockTimeoutMs
  }

  override createDriver() {
    if (this.#lockTimeoutMs === undefined) return super.createDriver()
    return new LimitedDriver(this.#pool, `SET LOCAL lock_timeout = ${this.#lockTimeoutMs}`)
  }

  override createAdapter() {
    return new UnlockedAdapter()
  }
}

class LimitedDriver extends PostgresDriver {
  readonly #limit: string

  constructor(pool: pg.Pool, limit: string) {
    super({ pool })
    this.#limit = limit
  }

  override beginTransaction(...[connection, settings]: Parameters<PostgresDriver['beginTransaction']>) {
    // With the BEGIN, in one round trip. The check at commit needs a snapshot for each statement, whatever the database's
    // default isolation level is.
    const executeQuery = ({ sql }: CompiledQuery) =>
      connection.executeQuery(
        CompiledQuery.raw(`${sql}; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; ${this.#limit}`),
      )
    return super.beginTransaction({ ...connection, executeQuery } as DatabaseConnection, settings)
  }
}

/** Kysely's own lock belongs to a session; runMigrations has one that belongs to its transaction. */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(_db: Kysely<unknown>): Promise<void> {}
  override async releaseMigrationLock(_db: Kysely<unknown>): Promise<void> {}
}
