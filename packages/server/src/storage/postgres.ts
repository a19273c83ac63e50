import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { Problem } from '../core/problem.ts'
import { type Authority, assertStillHolds, type Behind, listChanges } from './authority.ts'
import { runToCommit } from './before-commit.ts'
import type { DatabaseBase, Transaction } from './database.ts'
import { runMigrations } from './migrate.ts'
import { connectionTo, SessionClient, WAIT_LIMIT_MS } from './postgres-client.ts'
import { TransactionalDialect } from './postgres-dialect.ts'
import { postgresLeases, postgresSettledEpoch } from './postgres-leases.ts'
import { Settlement } from './settlement.ts'
import type { Tables } from './tables.ts'

export interface PostgresDatabase extends DatabaseBase {
  readonly engine: 'postgres'
  readonly url: string
  /** For verification alone: changes that wait for a lock and hold the other pool do not hold it up. */
  readonly verificationPool: pg.Pool
  /** Whether connections are sessions of the server: not so by way of a pooler. */
  hasOwnSessions(): Promise<boolean>
}

/** A statement that takes longer finds the database hanging, not working. */
const STATEMENT_LIMIT_MS = 10_000

/** The same for verification, which reads by primary keys; its callers wait for the verdict. */
const VERIFICATION_LIMIT_MS = 3000

/** The last change that a transaction has seen, and whether it is its own. */
interface SeenChange {
  readonly epoch: number
  readonly isOwn: boolean
}

const SEEN = 'SELECT epoch, xmin IS NOT DISTINCT FROM pg_current_xact_id_if_assigned()::xid AS "isOwn" FROM authz_clock'

/** The same, and no change of another transaction can commit before this transaction ends (migration 0018). */
const SEEN_UNDER_LOCK = 'SELECT epoch, is_own AS "isOwn" FROM authz_at_commit()'

async function readSeen(trx: Transaction, statement: string): Promise<SeenChange> {
  const { rows } = await sql<SeenChange>`${sql.raw(statement)}`.execute(trx)
  return rows[0] as SeenChange
}

/** Pools for `postgres://…`. They connect at first use; a lost connection is replaced at the next. */
export function openPostgres(url: string): PostgresDatabase {
  const verificationPool = openPool(url, { max: 4, query_timeout: VERIFICATION_LIMIT_MS })
  const pool = openPool(url, { max: 10, query_timeout: STATEMENT_LIMIT_MS })
  const db = new Kysely<Tables>({ dialect: new TransactionalDialect(pool, WAIT_LIMIT_MS) })
  // For reads within a transaction that must not see its own changes, nor wait for a connection of its pool.
  const aside = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: verificationPool }) })
  // Beside the other pool, whose connections all may be waiting for locks that a change holds which waits for this.
  const settlement = new Settlement((epoch) => postgresSettledEpoch(verificationPool, epoch))

  function commit<T>(behind: Behind, work: (trx: Transaction) => Promise<T>) {
    return attempt(behind, work).catch(async (error: unknown) => {
      // A caller who has lost authority meanwhile learns that, and not why the work was refused.
      if (error instanceof Problem && typeof behind !== 'string') await assertHolds(behind)
      throw error
    })
  }

  function attempt<T>(behind: Behind, work: (trx: Transaction) => Promise<T>) {
    return db.transaction().execute(async (trx) => {
      let seen: SeenChange | undefined
      const result = await runToCommit(trx, 'postgres', work, async () => {
        if (typeof behind === 'string') return
        seen = await readSeen(trx, SEEN_UNDER_LOCK)
        await assertStillHolds(behind, seen.isOwn ? seen.epoch - 1 : seen.epoch, {
          // On this connection: behind a pooler another one may not be had while all wait for each other.
          changes: (...span) => listChanges(trx, ...span),
          committed: aside,
        })
      })
      const { epoch, isOwn } = seen ?? (await readSeen(trx, SEEN))
      return { result, epoch, isOwn }
    })
  }

  async function assertHolds(authority: Authority): Promise<void> {
    const { epoch } = await aside.selectFrom('authz_clock').select('epoch').executeTakeFirstOrThrow()
    await assertStillHolds(authority, epoch, { changes: (...span) => listChanges(aside, ...span), committed: aside })
  }

  return {
    engine: 'postgres',
    url,
    verificationPool,
    read: db,
    leases: postgresLeases(verificationPool),
    settlement,
    async hasOwnSessions() {
      const client = await verificationPool.connect()
      client.release()
      return (client as pg.PoolClient & SessionClient).hasOwnSession
    },
    async write(behind, work) {
      const { result, epoch } = await commit(behind, work)
      // Its own, or one that it may have found made: a repetition must not be answered before what it repeats.
      await settlement.settled(epoch)
      return result
    },
    async note(behind, work) {
      const { result, epoch, isOwn } = await commit(behind, work)
      if (isOwn) await settlement.settled(epoch)
      return result
    },
    assertHolds,
    async migrate() {
      // Without the limits: an index on a large table takes its time.
      const unlimited = new Kysely<Tables>({ dialect: new TransactionalDialect(openPool(url, { max: 1 })) })
      try {
        return await runMigrations(unlimited, 'postgres')
      } finally {
        await unlimited.destroy()
      }
    },
    async close() {
      await verificationPool.end()
      await db.destroy()
    },
  }
}

function openPool(url: string, limits: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...connectionTo(url), ...limits, Client: SessionClient })
  // A connection that breaks is replaced, and whoever used it gets the error from the query; without this listener, and
  // that of each client, it would end the process.
  pool.on('error', () => {})
  return pool
}
