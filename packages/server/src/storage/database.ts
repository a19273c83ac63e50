import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Leases } from './lease.ts'
import type { PostgresDatabase } from './postgres.ts'
import type { Settlement } from './settlement.ts'
import type { SqliteDatabase } from './sqlite.ts'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

/** What a store function that only reads takes: the database's `read`, or a transaction. */
export type Reader = Kysely<Tables>

/** What every store function that writes takes: there is no writing outside a transaction. */
export type Transaction = KyselyTransaction<Tables>

/** What both engines offer. */
export interface DatabaseBase {
  /** For reads outside a transaction. On SQLite it cannot write. */
  readonly read: Reader
  /**
   * Runs `work` in one transaction that commits if it returns and rolls back if it throws. On SQLite the write lock is
   * taken at the start, so what `work` reads cannot change under it; on PostgreSQL rows are locked where that matters.
   *
   * It resolves once whatever verification depends on, and `work` changed or found changed already, counts everywhere; it
   * rejects with `settlement_unconfirmed` if that cannot be found out.
   */
  write<T>(work: (trx: Transaction) => Promise<T>): Promise<T>
  /**
   * As `write`, for what no verification depends on: uses, attempts, refusals, sessions, what is issued. What others have changed and does not
   * count everywhere yet does not hold it up.
   */
  note<T>(work: (trx: Transaction) => Promise<T>): Promise<T>
  /** What changes wait for before they are answered. */
  readonly settlement: Settlement
  /** Those of verifiers that come by HTTP. */
  readonly leases: Leases
  /** Brings the schema up to date, under a lock; safe to call from several processes at once. */
  migrate(): Promise<readonly string[]>
  close(): Promise<void>
}

export type Database = SqliteDatabase | PostgresDatabase
