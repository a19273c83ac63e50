import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * PostgreSQL: all changes of a transaction have one epoch. With an update of the clock's row for each, ten thousand changes
 * took time by the square: the row's old versions stay in the way until the commit.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'sqlite') return
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Whoever has advanced the clock holds its row, so what it reads there is its own; in a savepoint it counts once more.
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
]
