import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS, triggersFor, type Watch } from './authz-triggers.ts'

/**
 * Short-lived tokens that a service account gets with one of its own (OAuth's `client_credentials`). Each hangs on that one,
 * its parent, and whatever ends or narrows the parent names its access tokens, too: the database itself does, so no
 * verifier, here or in another service, has to know that there are any.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const statements = [
    ...table(engine),
    ...triggersFor(engine, WATCHED),
    ...(engine === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS),
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}

function table(engine: Engine): readonly string[] {
  const { instant, bytes } = TABLE_WORDS[engine]
  return [
    `CREATE TABLE access_token (
      id TEXT PRIMARY KEY CHECK (length(id) = 12),
      token_id TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
      digest ${bytes} NOT NULL CHECK (length(digest) = 32),
      created_at ${instant} NOT NULL,
      expires_at ${instant} NOT NULL CHECK (expires_at > created_at),
      revoked_at ${instant},
      permissions TEXT
    ) ${engine === 'sqlite' ? 'STRICT, WITHOUT ROWID' : ''}`,
    'CREATE INDEX access_token_parent ON access_token (token_id, expires_at)',
    'CREATE INDEX access_token_expires ON access_token (expires_at)',
  ]
}

const WATCHED: readonly Watch[] = [{ table: 'access_token', when: 'UPDATE', kind: 'token', key: 'id' }]

/** The columns of a token that its access tokens follow: those that verification reads. */
const FOLLOWED = 'id, account_id, kind, digest, expires_at, revoked_at, permissions, allowed_addresses'

/**
 * What has been over for an hour, by the database's clock, opens nothing any more (no server's clock is as wrong as that):
 * clearing it away, or ending what it hung on, need not trouble any verifier.
 */
const MARGIN_MS = 3_600_000
const SQLITE_CUTOFF = `unixepoch() * 1000 - ${MARGIN_MS}`
const POSTGRES_CUTOFF = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint - ${MARGIN_MS}`

/** Each advances the clock itself: SQLite fires triggers in no order that could be relied on. */
const sqliteTrigger = (name: string, when: string, ids: string) => `CREATE TRIGGER ${name} ${when} BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject) SELECT (SELECT epoch FROM authz_clock), 'token:' || id FROM (${ids});
  END`
const childrenOf = (parents: string) =>
  `SELECT access_token.id FROM access_token WHERE token_id IN (${parents}) AND expires_at > ${SQLITE_CUTOFF}`
/** `… OR REPLACE` removes the rows in its way without firing their DELETE triggers, so it is seen coming. */
const inTheWay = (but: string) => `SELECT id FROM token WHERE ${but}
  (id = NEW.id OR (account_id = NEW.account_id AND name_key = NEW.name_key AND name_released_at IS NULL))`
const whenReplacing = (name: string, when: string, but: string) =>
  sqliteTrigger(name, `${when} EXISTS (${childrenOf(inTheWay(but))})`, childrenOf(inTheWay(but)))

const SQLITE_TRIGGERS = [
  sqliteTrigger(
    'access_token_authz_delete',
    `AFTER DELETE ON access_token WHEN OLD.expires_at > ${SQLITE_CUTOFF}`,
    'SELECT OLD.id AS id',
  ),
  sqliteTrigger(
    'access_token_authz_replace',
    'BEFORE INSERT ON access_token WHEN EXISTS (SELECT 1 FROM access_token WHERE id = NEW.id)',
    'SELECT NEW.id AS id',
  ),
  sqliteTrigger(
    'access_token_authz_parent_update',
    `AFTER UPDATE OF ${FOLLOWED} ON token WHEN OLD.kind = 'service' AND EXISTS (${childrenOf('OLD.id')})`,
    childrenOf('OLD.id'),
  ),
  // At SQLite's own prompt, where foreign keys are not enforced: otherwise they have gone with their parent.
  sqliteTrigger(
    'access_token_authz_parent_delete',
    `AFTER DELETE ON token WHEN EXISTS (${childrenOf('OLD.id')})`,
    childrenOf('OLD.id'),
  ),
  whenReplacing('access_token_authz_parent_replace_insert', 'BEFORE INSERT ON token WHEN', ''),
  // A row whose name is released, as at each revocation, stands in nobody's way by its name.
  whenReplacing(
    'access_token_authz_parent_replace_update',
    `BEFORE UPDATE OF id, account_id, name_key, name_released_at ON token
      WHEN (NEW.id <> OLD.id OR NEW.name_released_at IS NULL) AND`,
    'rowid <> OLD.rowid AND',
  ),
]

/**
 * A token that is deleted takes its access tokens with it, by the foreign key, and these say so themselves. The function
 * is that of `token_authz_update`, once a statement: it names the access tokens of what has changed, too.
 */
const POSTGRES_TRIGGERS = [
  `CREATE TRIGGER access_token_authz_delete AFTER DELETE ON access_token
    FOR EACH ROW WHEN (OLD.expires_at > ${POSTGRES_CUTOFF})
    EXECUTE FUNCTION record_authz_change('token', 'id')`,
  `CREATE OR REPLACE FUNCTION record_token_changes() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed TEXT[] := ARRAY(
      SELECT id FROM (SELECT ${FOLLOWED} FROM before EXCEPT ALL SELECT ${FOLLOWED} FROM after) AS former
      UNION
      SELECT id FROM (SELECT ${FOLLOWED} FROM after EXCEPT ALL SELECT ${FOLLOWED} FROM before) AS present
    );
  BEGIN
    IF cardinality(changed) > 0 THEN
      changed := changed || ARRAY(
        SELECT id FROM access_token WHERE token_id = ANY(changed) AND expires_at > ${POSTGRES_CUTOFF}
      );
      INSERT INTO authz_change (epoch, subject)
        SELECT own.epoch, 'token:' || id FROM advance_authz_clock() AS own (epoch), unnest(changed) AS id;
    END IF;
    RETURN NULL;
  END $$`,
]
