import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/** Revoking many tokens costs a half of what it did: what is written for each of them (docs/decisions/0019). */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const statements = engine === 'sqlite' ? [...SQLITE_INDEXES, ...SQLITE_TRIGGERS] : POSTGRES
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/**
 * In the order of instants alone, and of rows within one: many that are revoked at once stand beside each other, where
 * by their ids, which are random, each was on a page of its own.
 */
const SQLITE_INDEXES = [
  'DROP INDEX token_unrevoked_expiry',
  'CREATE INDEX token_unrevoked_expiry ON token (coalesce(expires_at, 9007199254740991)) WHERE revoked_at IS NULL',
  'DROP INDEX token_revoked',
  'CREATE INDEX token_revoked ON token (revoked_at) WHERE revoked_at IS NOT NULL',
]

const IN_THE_WAY =
  'id = NEW.id OR (account_id = NEW.account_id AND name_key = NEW.name_key AND name_released_at IS NULL)'

const SQLITE_TRIGGERS = [
  // An update that leaves the id names one subject, not the same twice.
  'DROP TRIGGER token_authz_update',
  `CREATE TRIGGER token_authz_update
    AFTER UPDATE OF id, account_id, kind, digest, expires_at, revoked_at, permissions, allowed_addresses ON token BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject) SELECT epoch, 'token:' || OLD.id FROM authz_clock;
    INSERT INTO authz_change (epoch, subject) SELECT epoch, 'token:' || NEW.id FROM authz_clock WHERE NEW.id <> OLD.id;
  END`,

  // A row whose name is released stands in nobody's way by its name.
  'DROP TRIGGER token_authz_replace_update',
  `CREATE TRIGGER token_authz_replace_update BEFORE UPDATE OF id, account_id, name_key, name_released_at ON token
    WHEN (NEW.id <> OLD.id OR NEW.name_released_at IS NULL)
      AND EXISTS (SELECT 1 FROM token WHERE rowid <> OLD.rowid AND (${IN_THE_WAY})) BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject)
      SELECT (SELECT epoch FROM authz_clock), 'token:' || id FROM token WHERE rowid <> OLD.rowid AND (${IN_THE_WAY});
  END`,
]

/** What of a token decides whether it is accepted. */
const WATCHED = 'id, account_id, kind, digest, expires_at, revoked_at, permissions, allowed_addresses'

/**
 * Once a statement, not once a row: a row that differs is in one of the two differences, by its id before or after. It
 * has to look at every update, since a trigger that sees all rows of a statement cannot be bound to columns.
 */
const POSTGRES = [
  `CREATE FUNCTION record_token_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed TEXT[] := ARRAY(
      SELECT id FROM (SELECT ${WATCHED} FROM before EXCEPT ALL SELECT ${WATCHED} FROM after) AS former
      UNION
      SELECT id FROM (SELECT ${WATCHED} FROM after EXCEPT ALL SELECT ${WATCHED} FROM before) AS present
    );
  BEGIN
    IF cardinality(changed) > 0 THEN
      INSERT INTO authz_change (epoch, subject)
        SELECT own.epoch, 'token:' || id FROM advance_authz_clock() AS own (epoch), unnest(changed) AS id;
    END IF;
    RETURN NULL;
  END $$`,
  'DROP TRIGGER token_authz_update ON token',
  `CREATE TRIGGER token_authz_update AFTER UPDATE ON token REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION record_token_changes()`,
]
