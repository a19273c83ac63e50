import { randomUUID } from 'node:crypto'
import type { Registration, Renewal, Told } from '@ramp/verifier/coherence'
import pg from 'pg'
import { type ChangesRow, LEASE_MS, type LeaseStanding, type Leases, MOST_CHANGES, toRenewal } from './lease.ts'
import { type OwnReport, renewTogether } from './renewal-batch.ts'

/** The database's clock, in epoch milliseconds. */
const DATABASE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/** Which run of the database server answers: another one after a restart, a failover or a restored backup. */
const DATABASE_RUN = 'pg_postmaster_start_time()::text'

/** The channel on which the database says that something changed. */
export const CHANGE_CHANNEL = 'ramp_authz'

/** The leases of a PostgreSQL primary. Over a pool, which many verifiers share, their renewals go together. */
export function postgresLeases(connection: pg.Client | pg.Pool): Leases {
  const renewMany = async (reports: readonly OwnReport[], dropped: readonly Told[] = []) => {
    const { rows } = await connection.query<ManyRow>({
      ...(dropped.length > 0 ? RENEW_TOLD : RENEW),
      values: [
        reports.map(({ id }) => id),
        reports.map(({ appliedEpoch }) => appliedEpoch),
        reports.map(({ renewals }) => renewals),
        reports.map(({ accountId }) => accountId),
        Math.min(...reports.map(({ appliedEpoch }) => appliedEpoch)),
        ...(dropped.length > 0 ? [dropped.map(({ epoch, subject }) => `${epoch} ${subject}`)] : []),
      ],
    })
    const row = rows[0] as ManyRow
    if (row.is_replica) throw new NoPrimary()
    const renewed = new Set(row.renewed)
    return reports.map(({ id, appliedEpoch }) =>
      renewed.has(id) ? { ...toRenewal(row, appliedEpoch), isReported: row.is_reported } : undefined,
    )
  }
  const renew: (report: OwnReport, dropped?: readonly Told[]) => Promise<Renewal | undefined> =
    connection instanceof pg.Pool
      ? renewTogether(renewMany)
      : async (report, dropped) => (await renewMany([report], dropped))[0]

  return {
    async register({ kind, name, version, accountId }, formerId, now) {
      await connection.query(NOTE_RUN)
      const values = [randomUUID(), formerId ?? null, kind, name, version, accountId, now]
      const { rows } = await connection.query<Registration & { is_replica: boolean }>(REGISTER, values)
      const registered = rows[0]
      if (registered === undefined || registered.is_replica) throw new NoPrimary()
      return { id: registered.id, epoch: registered.epoch, run: registered.run, leaseMs: LEASE_MS }
    },
    renew: (report, accountId, dropped) => renew({ ...report, accountId }, dropped),
    async changesSince(epoch) {
      const { rows } = await connection.query<ChangesRow>({ name: 'changes', text: CHANGES, values: [epoch] })
      return toRenewal(rows[0] as ChangesRow, epoch)
    },
    async release(id, accountId) {
      await connection.query('DELETE FROM verifier WHERE id = $1 AND account_id IS NOT DISTINCT FROM $2', [
        id,
        accountId,
      ])
    },
    async list() {
      const { rows } = await connection.query<LeaseStanding & { epoch: number }>(LIST)
      return { epoch: rows[0]?.epoch ?? 0, leases: rows.filter(({ id }) => id !== null) }
    },
  }
}

interface ManyRow extends ChangesRow {
  /** Ids of those that had such a lease. */
  readonly renewed: readonly string[]
  /** Whether the report had dropped all that has changed. */
  readonly is_reported: boolean
  readonly is_replica: boolean
}

class NoPrimary extends Error {
  override readonly message = 'This is no primary database.'
}

/** Up to which change everything is settled: what the least of all live leases has applied. */
export async function postgresSettledEpoch(pool: pg.Pool, epoch: number): Promise<number> {
  const { rows } = await pool.query<Standing>({ name: 'settle', text: SETTLE, values: [epoch] })
  const { applied, run_since, now } = rows[0] as Standing
  // Leases that another run of the database gave may not be in this table; within this time they have ended.
  if (run_since === null) await pool.query(NOTE_RUN)
  if (run_since === null || now < run_since + LEASE_MS) return -1
  return applied ?? Number.POSITIVE_INFINITY
}

interface Standing {
  /** The least that any verifier with a live lease has applied; null: there is no verifier. */
  readonly applied: number | null
  /** Since when this run of the database is known, and its clock now. */
  readonly run_since: number | null
  readonly now: number
}

/**
 * Notes that this run gives leases. What another one gave cannot be seen in its tables, or not any more: until a lease
 * has passed since this note, nobody knows that there is none.
 */
const NOTE_RUN = `INSERT INTO lease_run (run, since) VALUES (${DATABASE_RUN}, ${DATABASE_NOW})
  ON CONFLICT (run) DO NOTHING`

const REGISTER = `WITH former AS (DELETE FROM verifier WHERE id = $2 AND account_id IS NOT DISTINCT FROM $6)
  INSERT INTO verifier (id, applied_epoch, lease_until, renewals, kind, name, version, account_id, since)
  SELECT $1, epoch, ${DATABASE_NOW} + ${LEASE_MS}, 0, $3, $4, $5, $6, $7 FROM authz_clock
  RETURNING id, applied_epoch AS epoch, ${DATABASE_RUN} AS run, pg_is_in_recovery() AS is_replica`

/**
 * What has changed after an epoch: two arrays of the same length, in the order of epochs. Each node asks this at
 * each change. No change is later than the clock: that bound has the planner use the index rather than read the whole table.
 */
function changesAfter(epoch: string): string {
  return `epoch, ${DATABASE_RUN} AS run, (SELECT min(epoch) FROM authz_change) AS oldest,
    coalesce(epochs, '{}') AS epochs, coalesce(subjects, '{}') AS subjects
  FROM authz_clock, (
    SELECT array_agg(epoch) AS epochs, array_agg(subject) AS subjects FROM (
      SELECT epoch, subject FROM authz_change WHERE epoch > ${epoch} AND epoch <= (SELECT epoch FROM authz_clock)
      ORDER BY epoch LIMIT ${MOST_CHANGES + 1}
    ) AS change
  ) AS changed`
}

const CHANGES = `SELECT ${changesAfter('$1')}`

/**
 * One round trip: takes reports of what is applied and brings what has changed since the least of them.
 *
 * @param isReported Whether it counts as applied already, in SQL.
 */
function renewing(isReported: string): string {
  return `WITH report AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS report (id, applied, renewals, account_id)
  ), standing AS (SELECT epoch, ${isReported} AS is_reported FROM authz_clock), renewed AS (
    UPDATE verifier SET applied_epoch = CASE WHEN is_reported THEN epoch ELSE report.applied END,
        renewals = verifier.renewals + 1, lease_until = ${DATABASE_NOW} + ${LEASE_MS}
      FROM report, standing WHERE verifier.id = report.id AND verifier.renewals = report.renewals
        AND verifier.account_id IS NOT DISTINCT FROM report.account_id
      RETURNING verifier.id
  )
  SELECT ARRAY(SELECT id FROM renewed) AS renewed, (SELECT is_reported FROM standing) AS is_reported,
    pg_is_in_recovery() AS is_replica, ${changesAfter('$5')}`
}

const RENEW = { name: 'renew', text: renewing('false') }

/** Of one that says which changes it has heard of and dropped: if these are all that there are, they count as applied. */
const RENEW_TOLD = {
  name: 'renew-told',
  text: renewing(`(SELECT min(epoch) FROM authz_change) <= $5::bigint + 1 AND NOT EXISTS (
      SELECT FROM authz_change AS change WHERE change.epoch > $5 AND change.epoch <= (SELECT epoch FROM authz_clock)
        AND change.epoch || ' ' || subject <> ALL ($6::text[])
    )`),
}

/**
 * A verifier that lags and whose lease is over is removed, not passed over: the row's lock orders this against a
 * renewal that is under way. Either that comes first, and the verifier counts as alive, or it finds no row, and the
 * verifier starts anew with nothing in its cache.
 */
const SETTLE = `WITH ended AS (
    DELETE FROM verifier WHERE applied_epoch < $1 AND lease_until < ${DATABASE_NOW} RETURNING id
  )
  SELECT (SELECT min(applied_epoch) FROM verifier WHERE id NOT IN (SELECT id FROM ended)) AS applied,
    (SELECT since FROM lease_run WHERE run = ${DATABASE_RUN}) AS run_since,
    ${DATABASE_NOW} AS now`

const LIST = `SELECT epoch, verifier.id, kind, name, version, account_id AS "accountId", applied_epoch AS "appliedEpoch", since,
    lease_until - ${DATABASE_NOW} AS "leaseMs"
  FROM authz_clock LEFT JOIN verifier ON true ORDER BY kind, name, verifier.id`
