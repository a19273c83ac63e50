import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
} from 'kysely'
import type pg from 'pg'
import { commitFailure } from './storage-errors.ts'

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

  override async commitTransaction(connection: Parameters<PostgresDriver['commitTransaction']>[0]) {
    try {
      await super.commitTransaction(connection)
    } catch (error) {
      throw commitFailure(error)
    }
  }

  override async rollbackTransaction(connection: Parameters<PostgresDriver['rollbackTransaction']>[0]) {
    // A connection that cannot even roll back is discarded by now. What the caller has to hear is why it had to.
    await super.rollbackTransaction(connection).catch(() => {})
  }
}

/** Kysely's own lock belongs to a session; runMigrations has one that belongs to its transaction. */
class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(_db: Kysely<unknown>): Promise<void> {}
  override async releaseMigrationLock(_db: Kysely<unknown>): Promise<void> {}
}
