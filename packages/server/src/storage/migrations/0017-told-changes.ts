import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * PostgreSQL: the notification of a transaction that changed one thing alone says which, so that a node can drop it and report
 * in one round trip (docs/coherence.md). SQLite has no notifications.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'sqlite') return
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

/** As in 0013: what verification reads of a token, and since when an access token that is over troubles nobody. */
const FOLLOWED = 'id, account_id, kind, digest, expires_at, revoked_at, permissions, allowed_addresses'
const CUTOFF = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint - 3600000'

const STATEMENTS = [
  // All changes of a transaction have one epoch; whoever has advanced the clock holds its row, and finds it by its own xmin.
  // What follows the first change is told of without a name: thousands of names would cost more than they save.
  `CREATE FUNCTION note_authz_changes(subjects TEXT[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    own_epoch BIGINT;
    told TEXT := '';
  BEGIN
    SELECT epoch INTO own_epoch FROM authz_clock WHERE xmin = pg_current_xact_id()::xid;
    IF own_epoch IS NULL THEN
      UPDATE authz_clock SET epoch = epoch + 1 RETURNING epoch INTO own_epoch;
      IF cardinality(subjects) = 1 THEN
        told := own_epoch || ' ' || subjects[1];
      END IF;
    END IF;
    INSERT INTO authz_change (epoch, subject) SELECT own_epoch, unnest(subjects);
    PERFORM pg_notify('ramp_authz', told);
  END $$`,
  `CREATE OR REPLACE FUNCTION record_authz_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM note_authz_changes(ARRAY(
      SELECT DISTINCT TG_ARGV[0] || ':' || key FROM unnest(ARRAY[to_jsonb(OLD) ->> TG_ARGV[1], to_jsonb(NEW) ->> TG_ARGV[1]]) AS key
      WHERE key IS NOT NULL
    ));
    RETURN NULL;
  END $$`,
  `CREATE OR REPLACE FUNCTION record_authz_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM note_authz_changes(ARRAY['*']);
    RETURN NULL;
  END $$`,
  `CREATE OR REPLACE FUNCTION record_token_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed TEXT[] := ARRAY(
      SELECT id FROM (SELECT ${FOLLOWED} FROM before EXCEPT ALL SELECT ${FOLLOWED} FROM after) AS former
      UNION
      SELECT id FROM (SELECT ${FOLLOWED} FROM after EXCEPT ALL SELECT ${FOLLOWED} FROM before) AS present
    );
  BEGIN
    IF cardinality(changed) > 0 THEN
      PERFORM note_authz_changes(ARRAY(
        SELECT 'token:' || id FROM unnest(changed || ARRAY(
          SELECT id FROM access_token WHERE token_id = ANY(changed) AND expires_at > ${CUTOFF}
        )) AS id
      ));
    END IF;
    RETURN NULL;
  END $$`,
  'DROP FUNCTION advance_authz_clock()',
]
