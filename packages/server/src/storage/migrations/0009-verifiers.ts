import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

const DATABASE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'
const DATABASE_RUN = 'pg_postmaster_start_time()::text'

/**
 * PostgreSQL: who verifies from memory (docs/coherence.md). SQLite needs none of it: there every verification looks at
 * the file.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'sqlite') return
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Not logged: a renewal costs no flush to disk, and a server that crashed or was promoted from a replica starts without
  // any leases, so every verifier has to begin anew.
  `CREATE UNLOGGED TABLE verifier (
    id TEXT PRIMARY KEY,
    applied_epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    renewals BIGINT NOT NULL
  ) WITH (fillfactor = 50)`,

  // Which run of the database server gives these leases, and since when it is known. It vanishes with them: leases that
  // cannot be seen any more are waited for.
  'CREATE UNLOGGED TABLE lease_run (run TEXT PRIMARY KEY, since BIGINT NOT NULL)',
  'INSERT INTO lease_run (run, since) VALUES (pg_postmaster_start_time()::text, 0)',

  // All changes of a transaction have one epoch: an update of the row for each would take time by the square, since its old
  // versions stay in the way until the commit. Whoever has advanced the clock holds its row, so what it reads there is its
  // own. The first tells the verifiers to look at once.
  `CREATE FUNCTION advance_authz_clock() RETURNS BIGINT LANGUAGE plpgsql AS $$
  DECLARE
    own_epoch BIGINT;
  BEGIN
    SELECT epoch INTO own_epoch FROM authz_clock WHERE xmin = pg_current_xact_id()::xid;
    IF own_epoch IS NULL THEN
      UPDATE authz_clock SET epoch = epoch + 1 RETURNING epoch INTO own_epoch;
      PERFORM pg_notify('ramp_authz', '');
    END IF;
    RETURN own_epoch;
  END $$`,
  `CREATE OR REPLACE FUNCTION record_authz_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    now_epoch BIGINT := advance_authz_clock();
    old_subject TEXT := TG_ARGV[0] || ':' || (to_jsonb(OLD) ->> TG_ARGV[1]);
    new_subject TEXT := TG_ARGV[0] || ':' || (to_jsonb(NEW) ->> TG_ARGV[1]);
  BEGIN
    IF old_subject IS NOT NULL THEN
      INSERT INTO authz_change (epoch, subject) VALUES (now_epoch, old_subject);
    END IF;
    IF new_subject IS NOT NULL AND new_subject IS DISTINCT FROM old_subject THEN
      INSERT INTO authz_change (epoch, subject) VALUES (now_epoch, new_subject);
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE OR REPLACE FUNCTION record_authz_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO authz_change (epoch, subject) VALUES (advance_authz_clock(), '*');
    RETURN NULL;
  END $$`,

  // For whoever changes something past RAMP: `CALL ramp_settle()` returns once it counts everywhere, as RAMP's own answers
  // do. The rules are those of storage/settlement.ts.
  `CREATE PROCEDURE ramp_settle() LANGUAGE plpgsql AS $$
  DECLARE
    wanted BIGINT;
  BEGIN
    SELECT epoch INTO wanted FROM authz_clock;
    INSERT INTO lease_run (run, since) VALUES (${DATABASE_RUN}, ${DATABASE_NOW}) ON CONFLICT (run) DO NOTHING;
    LOOP
      DELETE FROM verifier WHERE applied_epoch < wanted AND lease_until < ${DATABASE_NOW};
      COMMIT;
      EXIT WHEN NOT EXISTS (SELECT FROM verifier WHERE applied_epoch < wanted)
        AND EXISTS (SELECT FROM lease_run WHERE run = ${DATABASE_RUN} AND since + 3000 <= ${DATABASE_NOW});
      PERFORM pg_sleep(0.005);
    END LOOP;
  END $$`,
]
