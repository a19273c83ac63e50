import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * Fences off nodes of other versions. The clock of authorization changes carries the number of the last migration, so that
 * every transaction and every verification reads both together. Versions before this one do not look: the database
 * refuses their audit events, and with these every change they make. What they have left beyond the end of the chain can
 * be moved away.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of engine === 'sqlite' ? SQLITE : POSTGRES) await sql.raw(statement).execute(db)
}

const columns = (integer: 'INTEGER' | 'BIGINT') => [
  `ALTER TABLE authz_clock ADD COLUMN schema_version ${integer} NOT NULL DEFAULT 0`,
  // Goes up by one with each append. A version that does not know of it leaves it as it was.
  `ALTER TABLE audit_chain ADD COLUMN appends ${integer} NOT NULL DEFAULT 0`,
]

/** Where `ramp-server audit repair` moves rows that stopped the chain. */
const strays = (integer: string, end: string) =>
  `CREATE TABLE audit_stray (event_id ${integer} NOT NULL, moved_at ${integer} NOT NULL, event TEXT NOT NULL) ${end}`

const REMOVAL = 'Audit events are never changed, and removed only by retention.'

const REFUSAL = 'This version of RAMP is older than the schema of the database.'

const SQLITE = [
  ...columns('INTEGER'),
  strays('INTEGER', 'STRICT'),
  'DROP TRIGGER audit_event_no_delete',
  // What stands beyond the end of the chain was never recorded by it.
  `CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
    WHEN OLD.id > (SELECT anchor_id FROM audit_chain) AND OLD.id <= (SELECT last_id FROM audit_chain)
    BEGIN SELECT RAISE(ABORT, '${REMOVAL}'); END`,
  ...['INSERT', 'DELETE'].map(
    (event) => `CREATE TRIGGER schema_version_${event.toLowerCase()} AFTER ${event} ON kysely_migration BEGIN
      UPDATE authz_clock SET schema_version =
        coalesce((SELECT max(CAST(substr(name, 1, 4) AS INTEGER)) FROM kysely_migration), 0);
    END`,
  ),
  `CREATE TRIGGER audit_chain_no_old_version BEFORE UPDATE OF last_id ON audit_chain
    WHEN NEW.last_id > OLD.last_id AND NEW.appends <> OLD.appends + 1
    BEGIN SELECT RAISE(ABORT, '${REFUSAL}'); END`,
  // The first version knew no chain, and took the next id by itself.
  `CREATE TRIGGER audit_event_no_old_version BEFORE INSERT ON audit_event WHEN NEW.digest = ''
    BEGIN SELECT RAISE(ABORT, '${REFUSAL}'); END`,
]

const POSTGRES = [
  ...columns('BIGINT'),
  strays('BIGINT', ''),
  `CREATE OR REPLACE FUNCTION refuse_audit_removal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.id > (SELECT anchor_id FROM audit_chain) AND OLD.id <= (SELECT last_id FROM audit_chain) THEN
      RAISE EXCEPTION '${REMOVAL}';
    END IF;
    RETURN OLD;
  END $$`,
  `CREATE FUNCTION note_schema_version() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE authz_clock SET schema_version =
      coalesce((SELECT max(substring(name FROM '^[0-9]+')::bigint) FROM kysely_migration), 0);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER schema_version AFTER INSERT OR DELETE ON kysely_migration
    FOR EACH STATEMENT EXECUTE FUNCTION note_schema_version()`,
  `CREATE FUNCTION refuse_old_version() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '${REFUSAL}';
  END $$`,
  `CREATE TRIGGER audit_chain_no_old_version BEFORE UPDATE OF last_id ON audit_chain FOR EACH ROW
    WHEN (NEW.last_id > OLD.last_id AND NEW.appends <> OLD.appends + 1) EXECUTE FUNCTION refuse_old_version()`,
]
