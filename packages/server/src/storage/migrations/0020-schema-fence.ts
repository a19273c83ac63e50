import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * Fences off nodes of other versions. The clock of authorization changes carries the number of the last migration, so that
 * every transaction and every verification reads both together. Versions before this one do not look: the database
 * refuses their audit events, and with these every change they make.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of engine === 'sqlite' ? SQLITE : POSTGRES) await sql.raw(statement).execute(db)
}

const columns = (integer: 'INTEGER' | 'BIGINT') => [
  `ALTER TABLE authz_clock ADD COLUMN schema_version ${integer} NOT NULL DEFAULT 0`,
  // Goes up by one with each append. A version that does not know of it leaves it as it was.
  `ALTER TABLE audit_chain ADD COLUMN appends ${integer} NOT NULL DEFAULT 0`,
]

const REFUSAL = 'This version of RAMP is older than the schema of the database.'

const SQLITE = [
  ...columns('INTEGER'),
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
