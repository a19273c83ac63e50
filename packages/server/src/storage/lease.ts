/** The rules of leases (docs/coherence.md): what verifiers and those who wait for them agree on. PostgreSQL only. */

/** How long a verifier may trust its cache after a renewal, by the database's clock. */
export const LEASE_MS = 3000

/** The database's clock, in epoch milliseconds. */
export const DATABASE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/** Which run of the database server answers: another one after a restart, a failover or a restored backup. */
export const DATABASE_RUN = 'pg_postmaster_start_time()::text'

/** The channel on which the database says that something changed. */
export const CHANGE_CHANNEL = 'ramp_authz'

/**
 * Notes that this run gives leases. What another one gave cannot be seen in its tables, or not any more: until a lease
 * has passed since this note, nobody knows that there is none.
 */
export const NOTE_RUN = `INSERT INTO lease_run (run, since) VALUES (${DATABASE_RUN}, ${DATABASE_NOW})
  ON CONFLICT (run) DO NOTHING`
