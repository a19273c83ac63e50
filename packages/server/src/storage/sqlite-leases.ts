import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { Renewal } from '@ramp/verifier/coherence'
import { sql } from 'kysely'
import type { Transaction } from './database.ts'
import { type ChangesRow, LEASE_MS, type LeaseStanding, type Leases, MOST_CHANGES, toRenewal } from './lease.ts'
import { isBusy } from './node-sqlite-dialect.ts'

/** How long the write lock is waited for: well below a lease. */
const LOCK_WAIT_MS = 1500

/** Where the file is. */
export interface Machine {
  /** One clock for all its processes; it begins at its start and is not set by anybody. */
  monotonicMs(): number
  /** This start of it, and this file: a copy that was put in its place is another. */
  runOf(file: string): string
}

/**
 * The leases that verifiers in other services hold. The nodes of a SQLite database need none: each verification there looks
 * at the file.
 *
 * Its connection does not wait for the disk (`synchronous = NORMAL`): what a power cut takes from this table is what
 * `lease_run` is for.
 */
export function sqliteLeases(open: () => DatabaseSync, file: string, machine = THIS_MACHINE) {
  const { monotonicMs, runOf } = machine

  let opened: { readonly db: DatabaseSync; prepare(sql: string): StatementSync } | undefined

  /** At the first use. */
  function connection() {
    if (opened !== undefined) return opened
    const db = open()
    db.exec('PRAGMA synchronous = NORMAL')
    const statements = new Map<string, StatementSync>()
    opened = {
      db,
      prepare(sql) {
        let statement = statements.get(sql)
        if (statement === undefined) {
          statement = db.prepare(sql)
          statements.set(sql, statement)
        }
        return statement
      },
    }
    return opened
  }

  /** In one transaction, which takes the write lock at its start. */
  async function write<Result>(work: () => Result): Promise<Result> {
    const { db } = connection()
    const giveUpAt = performance.now() + LOCK_WAIT_MS
    for (;;) {
      try {
        db.exec('BEGIN IMMEDIATE')
        break
      } catch (error) {
        if (!isBusy(error) || performance.now() > giveUpAt) throw error
        await delay(1 + Math.random() * 5)
      }
    }
    try {
      const result = work()
      db.exec('COMMIT')
      return result
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  const query = <Row>(sql: string, ...values: (string | number | null)[]) =>
    connection()
      .prepare(sql)
      .all(...values) as Row[]

  let runSince: number | undefined

  const knownSince = () => query<{ since: number }>('SELECT since FROM lease_run WHERE run = ?', runOf(file))[0]?.since

  /**
   * Since when the leases of this run are known. Those of another run are by another clock, or were lost with the power:
   * they are waited for, once, and whoever held them begins anew. The first run of all has nothing to wait for.
   */
  async function sinceWhen(): Promise<number> {
    runSince ??= knownSince()
    if (runSince !== undefined) return runSince
    connection().db.exec('PRAGMA synchronous = FULL')
    runSince = await write(() => {
      const known = knownSince()
      if (known !== undefined) return known
      const isFirst = query('DELETE FROM lease_run RETURNING run').length === 0
      query('DELETE FROM verifier')
      const since = monotonicMs() - (isFirst ? LEASE_MS : 0)
      query('INSERT INTO lease_run (run, since) VALUES (?, ?)', runOf(file), since)
      return since
    })
    connection().db.exec('PRAGMA synchronous = NORMAL')
    return runSince
  }

  function changesSince(epoch: number): Renewal {
    const [row] = query<Pick<ChangesRow, 'epoch' | 'oldest'>>(
      'SELECT epoch, (SELECT min(epoch) FROM authz_change) AS oldest FROM authz_clock',
    )
    const changes = query<{ epoch: number; subject: string }>(
      `SELECT epoch, subject FROM authz_change WHERE epoch > ? ORDER BY epoch LIMIT ${MOST_CHANGES + 1}`,
      epoch,
    )
    const epochs = changes.map((change) => change.epoch)
    const subjects = changes.map(({ subject }) => subject)
    return toRenewal({ ...(row as ChangesRow), run: runOf(file), epochs, subjects }, epoch)
  }

  const leases: Leases = {
    async register({ kind, name, version, accountId }, formerId, now) {
      await sinceWhen()
      return write(() => {
        const id = randomUUID()
        if (formerId !== undefined) query('DELETE FROM verifier WHERE id = ? AND account_id IS ?', formerId, accountId)
        const [row] = query<{ epoch: number }>(
          `INSERT INTO verifier (id, applied_epoch, lease_until, renewals, kind, name, version, account_id, since)
          SELECT ?, epoch, ?, 0, ?, ?, ?, ?, ? FROM authz_clock RETURNING applied_epoch AS epoch`,
          ...[id, monotonicMs() + LEASE_MS, kind, name, version, accountId, now],
        )
        return { id, epoch: row?.epoch as number, run: runOf(file), leaseMs: LEASE_MS }
      })
    },

    renew: ({ id, appliedEpoch, renewals }, accountId) =>
      write(() => {
        const renewed = query(
          `UPDATE verifier SET applied_epoch = ?, renewals = renewals + 1, lease_until = ?
          WHERE id = ? AND renewals = ? AND account_id IS ? RETURNING id`,
          ...[appliedEpoch, monotonicMs() + LEASE_MS, id, renewals, accountId],
        )
        if (renewed.length === 0) return undefined
        return changesSince(appliedEpoch)
      }),

    changesSince: async (epoch) => changesSince(epoch),

    async release(id, accountId) {
      await write(() => query('DELETE FROM verifier WHERE id = ? AND account_id IS ?', id, accountId))
    },

    async list() {
      const rows = query<LeaseStanding & { epoch: number }>(
        `SELECT epoch, verifier.id, kind, name, version, account_id AS accountId, applied_epoch AS appliedEpoch, since,
          lease_until - ? AS leaseMs
        FROM authz_clock LEFT JOIN verifier ON true ORDER BY kind, name, verifier.id`,
        monotonicMs(),
      )
      return { epoch: rows[0]?.epoch ?? 0, leases: rows.filter(({ id }) => id !== null) }
    },
  }

  return {
    leases,

    /**
     * To be called at each start: a copy of the file that is put in its place later names another run, even if it is older
     * than the first verifier.
     */
    async noteRun(): Promise<void> {
      await sinceWhen()
    },

    /** Up to which change everything is settled. As on PostgreSQL: an expired lease is deleted, not passed over. */
    async settledEpoch(epoch: number): Promise<number> {
      const since = await sinceWhen()
      return write(() => {
        const now = monotonicMs()
        query('DELETE FROM verifier WHERE applied_epoch < ? AND lease_until < ?', epoch, now)
        if (now < since + LEASE_MS) return -1
        const [row] = query<{ applied: number | null }>('SELECT min(applied_epoch) AS applied FROM verifier')
        return row?.applied ?? Number.POSITIVE_INFINITY
      })
    },

    /**
     * Within a change's own transaction: whether anybody could hold it up. Nobody can begin to verify before its commit; who
     * did in another run may have a lease until one has passed since this run is known.
     */
    async concerns(trx: Transaction): Promise<boolean> {
      const { rows } = await sql`SELECT 1 FROM verifier
        UNION ALL SELECT 1 FROM lease_run WHERE run <> ${runOf(file)} OR since > ${monotonicMs() - LEASE_MS}
        LIMIT 1`.execute(trx)
      return rows.length > 0
    },

    close(): void {
      opened?.db.close()
    },
  }
}

const BOOT = bootOf()

function bootOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    // Not Linux: another process of the same boot may name it differently, and then waits a lease too many.
    return `${hostname()} ${Math.round((Date.now() - Number(process.hrtime.bigint() / 1_000_000n)) / 60_000)}`
  }
}

const THIS_MACHINE: Machine = {
  monotonicMs: () => Math.floor(Number(process.hrtime.bigint() / 1_000_000n)),
  runOf: (file) => `${BOOT} ${statSync(file).ino}`,
}
