import {
  CompiledQuery,
  type DatabaseConnection,
  type Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
} from 'kysely'
import type pg from 'pg'
import { LEASE_MS } from './lease.ts'
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
    return new LimitedDriver(this.#pool, [
      'SET TRANSACTION ISOLATION LEVEL READ COMMITTED',
      `SET LOCAL lock_timeout = ${this.#lockTimeoutMs}`,
      `SET LOCAL idle_in_transaction_session_timeout = ${LEASE_MS}`,
    ])
  }

  override createAdapter() {
    return new UnlockedAdapter()
  }
}

/**
 * Transactions under limits, whatever the database's own settings are. Read committed: the check at commit needs a snapshot
 * for each statement. A node that hangs within a transaction loses it after the time of a lease, so the locks that
 * every change needs hold others up no longer than its lease does.
 */
class LimitedDriver extends PostgresDriver {
  readonly #settings: string

  constructor(pool: pg.Pool, settings: readonly string[]) {
    super({ pool })
    this.#settings = settings.join('; ')
  }

  override beginTransaction(...[connection, settings]: Parameters<PostgresDriver['beginTransaction']>) {
    // With the BEGIN, in one round trip.
    const executeQuery = ({ sql }: CompiledQuery) =>
      connection.executeQuery(CompiledQuery.raw(`${sql}; ${this.#settings}`))
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
