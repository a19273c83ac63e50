import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * Leases for verifiers inside other services, on both engines, and what an administrator wants to know of each. On SQLite,
 * `lease_until` is by the machine's monotonic clock, which no step of the other touches.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of engine === 'sqlite' ? SQLITE : POSTGRES) await sql.raw(statement).execute(db)
}

const SQLITE = [
  `CREATE TABLE verifier (
    id TEXT PRIMARY KEY,
    applied_epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    renewals INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('node', 'service')),
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    account_id TEXT,
    since INTEGER NOT NULL
  ) STRICT`,
  'CREATE TABLE lease_run (run TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT',
]

const POSTGRES = [
  // Whoever holds a lease now begins anew.
  'DELETE FROM verifier',
  `ALTER TABLE verifier
    ADD COLUMN kind TEXT NOT NULL CHECK (kind IN ('node', 'service')),
    ADD COLUMN name TEXT NOT NULL,
    ADD COLUMN version TEXT NOT NULL,
    ADD COLUMN account_id TEXT,
    ADD COLUMN since BIGINT NOT NULL`,
]
