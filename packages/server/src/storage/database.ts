import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Authority, Behind } from './authority.ts'
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
   * Runs `work` in one transaction that commits if it returns and rolls back if it throws. On SQLite the transaction takes
   * the write lock first, so `work` reads a state that cannot change under it. On PostgreSQL it locks rows where that matters.
   *
   * Before it commits, it checks the authority `behind` it again. No change that ends this authority can commit between that
   * check and the commit (docs/coherence.md).
   *
   * It resolves once every verifier has applied the authorization changes that `work` made or found. It rejects with
   * `settlement_unconfirmed` if that cannot be found out, and with what {@link Authority.confirm} throws.
   */
  write<T>(behind: Behind, work: (trx: Transaction) => Promise<T>): Promise<T>
  /**
   * As `write`, for work that no verification depends on, such as usage, attempts and sessions. It waits for verifiers only if
   * `work` itself changed something that they cache.
   */
  note<T>(behind: Behind, work: (trx: Transaction) => Promise<T>): Promise<T>
  /**
   * Checks an authority outside a transaction, for reads that last: exports and long polls. Throws what
   * {@link Authority.confirm} throws.
   */
  assertHolds(authority: Authority): Promise<void>
  /** What changes wait for before they are answered. */
  readonly settlement: Settlement
  /** Those of verifiers that come by HTTP. */
  readonly leases: Leases
  /** Brings the schema up to date, under a lock; safe to call from several processes at once. */
  migrate(): Promise<readonly string[]>
  close(): Promise<void>
}

export type Database = SqliteDatabase | PostgresDatabase
