import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { triggersFor, type Watch } from './authz-triggers.ts'

/**
 * What a check of authority at commit needs (docs/coherence.md): ending a session or demanding a new password advances the
 * clock, and on PostgreSQL a lock orders every writing transaction before or after each change.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const statements = [...triggersFor(engine, WATCHED), ...(engine === 'sqlite' ? SQLITE : POSTGRES)]
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const WATCHED: readonly Watch[] = [
  { table: 'session', when: 'UPDATE OF id, digest, account_id, expires_at', kind: 'account', key: 'account_id' },
  { table: 'session', when: 'DELETE', kind: 'account', key: 'account_id' },
  { table: 'member', when: 'UPDATE OF account_id, password_change_required_at', kind: 'account', key: 'account_id' },
  { table: 'member', when: 'DELETE', kind: 'account', key: 'account_id' },
]

/** `… OR REPLACE` at SQLite's prompt removes rows without firing their DELETE triggers, so these fire first. */
const SQLITE = [
  ...replaceTriggers('session', 'id = NEW.id OR digest = NEW.digest'),
  ...replaceTriggers('member', 'account_id = NEW.account_id OR email_key = NEW.email_key'),
]

function replaceTriggers(table: string, inTheWay: string): readonly string[] {
  return [
    replaceTrigger(table, 'insert', 'BEFORE INSERT', `rowid = NEW.rowid OR ${inTheWay}`),
    replaceTrigger(table, 'update', 'BEFORE UPDATE', `rowid <> OLD.rowid AND (rowid = NEW.rowid OR ${inTheWay})`),
  ]
}

function replaceTrigger(table: string, name: string, when: string, inTheWay: string): string {
  return `CREATE TRIGGER ${table}_authz_replace_${name} ${when} ON ${table}
    WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${inTheWay}) BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject)
      SELECT (SELECT epoch FROM authz_clock), 'account:' || account_id FROM ${table} WHERE ${inTheWay};
  END`
}

/**
 * A change takes this lock alone, before it advances the clock; a transaction that only relies on authority shares it. An
 * advisory lock, because PostgreSQL serves its waiters in order: many sharers in turn would keep a change from the
 * clock's row for as long as they overlap.
 */
const CLOCK_LOCK = 7_267_018

const POSTGRES = [
  `CREATE OR REPLACE FUNCTION note_authz_changes(subjects TEXT[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    own_epoch BIGINT;
    told TEXT := '';
  BEGIN
    SELECT epoch INTO own_epoch FROM authz_clock WHERE xmin = pg_current_xact_id()::xid;
    IF own_epoch IS NULL THEN
      PERFORM pg_advisory_xact_lock(${CLOCK_LOCK});
      UPDATE authz_clock SET epoch = epoch + 1 RETURNING epoch INTO own_epoch;
      IF cardinality(subjects) = 1 THEN
        told := own_epoch || ' ' || subjects[1];
      END IF;
    END IF;
    INSERT INTO authz_change (epoch, subject) SELECT own_epoch, unnest(subjects);
    PERFORM pg_notify('ramp_authz', told);
  END $$`,
  // Volatile, so that the second statement takes its snapshot after the lock is granted.
  `CREATE FUNCTION authz_at_commit() RETURNS TABLE (epoch BIGINT, is_own BOOLEAN) LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${CLOCK_LOCK});
    RETURN QUERY SELECT clock.epoch, clock.xmin IS NOT DISTINCT FROM pg_current_xact_id_if_assigned()::xid FROM authz_clock clock;
  END $$`,
]
