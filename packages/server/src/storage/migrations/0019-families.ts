import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS, triggersFor, type Watch } from './authz-triggers.ts'

/**
 * What ends with what it came from: with a token, the tokens of its account that it made; with a password, the device
 * authorizations that were approved under it. Triggers do it, so that a statement typed into `psql` or `sqlite3` does it,
 * too (docs/decisions/0024). And whether a member's tokens pause while a reset password waits to be changed.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { instant, integer } = TABLE_WORDS[engine]
  const statements = [
    // Not a foreign key: what a token replaced is history, and stays true when that row is gone.
    'ALTER TABLE token ADD COLUMN replaces TEXT',
    'ALTER TABLE token ADD COLUMN made_with TEXT',
    'CREATE UNIQUE INDEX token_replaces ON token (replaces) WHERE replaces IS NOT NULL',
    'CREATE INDEX token_made_with ON token (made_with) WHERE made_with IS NOT NULL',
    `ALTER TABLE device_authorization ADD COLUMN approval_ended_at ${instant}`,
    `CREATE INDEX device_authorization_approved ON device_authorization (decided_by)
      WHERE approved_at IS NOT NULL AND redeemed_at IS NULL`,
    `ALTER TABLE policy ADD COLUMN pauses_after_reset ${integer} NOT NULL DEFAULT 1`,
    ...(engine === 'sqlite'
      ? [...SQLITE_FAMILY, ...SQLITE_APPROVALS, ...SQLITE_PAUSE]
      : [...POSTGRES_FAMILY, ...POSTGRES_APPROVALS, ...POSTGRES_PAUSE]),
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}

/**
 * The tokens of one account that `roots` made, and those that these made. The walk goes through tokens that have ended: one
 * may have been rotated without an overlap, or have run out, and what it made goes on.
 */
const madeBy = (roots: string) => `WITH RECURSIVE made (id, account_id, at, ended_by) AS (
    SELECT token.id, token.account_id, root.at, root.ended_by FROM (${roots}) AS root
      JOIN token ON token.made_with = root.id AND token.account_id = root.account_id
    UNION
    SELECT token.id, token.account_id, made.at, made.ended_by FROM made
      JOIN token ON token.made_with = made.id AND token.account_id = made.account_id
  ) SELECT id, min(at) AS at, min(ended_by) AS ended_by FROM made GROUP BY id`

const END = `UPDATE token SET revoked_at = made.at, revoked_by = made.ended_by, end_reason = 'predecessor_revoked',
    name_released_at = coalesce(name_released_at, made.at)`

/** A rotation without an overlap revokes, too, and says so: it ends the secret, and not what came of it. */
const isRevocation = (before: string, after: string) => `${after}.revoked_at IS NOT NULL
  AND ${after}.revoked_at IS DISTINCT FROM ${before}.revoked_at
  AND (${after}.end_reason IS DISTINCT FROM 'rotated' OR ${before}.end_reason IS NOT DISTINCT FROM 'rotated')`

const SQLITE_NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"

/** SQLite has no table of a statement's rows, so each row ends what it made. The first test costs one look at an index. */
const sqliteFamily = (name: string, when: string, roots: string) => `CREATE TRIGGER ${name} ${when}
    EXISTS (SELECT 1 FROM token WHERE made_with IN (SELECT id FROM (${roots}))) BEGIN
    ${END} FROM (${madeBy(roots)}) AS made WHERE token.id = made.id AND token.revoked_at IS NULL;
  END`

const row = (name: 'OLD' | 'NEW', at: string, by: string) =>
  `SELECT ${name}.id AS id, ${name}.account_id AS account_id, ${at} AS at, ${by} AS ended_by`

/** `… OR REPLACE` removes the rows in its way without firing their DELETE triggers, so it is seen coming. */
const inTheWay = (but: string) => `SELECT id, account_id, ${SQLITE_NOW} AS at, NULL AS ended_by FROM token WHERE ${but}
  (id = NEW.id OR (account_id = NEW.account_id AND name_key = NEW.name_key AND name_released_at IS NULL))`

const SQLITE_FAMILY = [
  sqliteFamily(
    'token_family_revoke',
    `AFTER UPDATE OF revoked_at ON token WHEN ${isRevocation('OLD', 'NEW')} AND`,
    row('OLD', 'NEW.revoked_at', 'NEW.revoked_by'),
  ),
  sqliteFamily('token_family_delete', 'AFTER DELETE ON token WHEN', row('OLD', SQLITE_NOW, 'NULL')),
  // A row that is replaced may come back as it was, and then nothing ends.
  sqliteFamily(
    'token_family_insert',
    'AFTER INSERT ON token WHEN NEW.revoked_at IS NOT NULL AND',
    row('NEW', 'NEW.revoked_at', 'NEW.revoked_by'),
  ),
  sqliteFamily('token_family_replace_insert', 'BEFORE INSERT ON token WHEN', inTheWay('id <> NEW.id AND')),
  sqliteFamily(
    'token_family_replace_update',
    `BEFORE UPDATE OF id, account_id, name_key, name_released_at ON token
      WHEN (NEW.id <> OLD.id OR NEW.name_released_at IS NULL) AND`,
    inTheWay('rowid <> OLD.rowid AND'),
  ),
]

const POSTGRES_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/**
 * Once a statement. It repeats until nothing is left: its update may wait for a rotation that holds a row, and only the
 * next statement sees what that rotation made. It updates only if there is something to end, since its own update fires it. By its name it fires after `token_authz_update`, which takes the lock that
 * orders it after all creations that were let in before.
 */
const postgresFamily = (name: string, event: string, roots: string) => [
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    WHILE EXISTS (
      SELECT 1 FROM (${madeBy(roots)}) AS made JOIN token ON token.id = made.id WHERE token.revoked_at IS NULL
    ) LOOP
      ${END} FROM (${madeBy(roots)}) AS made WHERE token.id = made.id AND token.revoked_at IS NULL;
    END LOOP;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER ${name} ${event} FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`,
]

const POSTGRES_FAMILY = [
  ...postgresFamily(
    'token_family_revoke',
    'AFTER UPDATE ON token REFERENCING OLD TABLE AS before NEW TABLE AS after',
    `SELECT after.id, after.account_id, after.revoked_at AS at, after.revoked_by AS ended_by
      FROM after JOIN before ON before.id = after.id
      WHERE ${isRevocation('before', 'after')}`,
  ),
  ...postgresFamily(
    'token_family_delete',
    'AFTER DELETE ON token REFERENCING OLD TABLE AS before',
    `SELECT before.id, before.account_id, ${POSTGRES_NOW} AS at, NULL::text AS ended_by FROM before`,
  ),
]

/**
 * An approval ends with the password that it was given under, also if the session that gave it goes on. That this session
 * and its account still count, the redemption checks by itself.
 */
const CHANGED_PASSWORD = 'AFTER UPDATE OF password_hash ON member'
const IS_CHANGED = 'NEW.password_hash <> OLD.password_hash'
const endApprovals = (now: string) => `UPDATE device_authorization SET approval_ended_at = ${now}
    WHERE decided_by = OLD.account_id AND approved_at IS NOT NULL AND redeemed_at IS NULL AND approval_ended_at IS NULL`

const SQLITE_APPROVALS = [
  `CREATE TRIGGER device_authorization_password ${CHANGED_PASSWORD}
    WHEN ${IS_CHANGED} BEGIN ${endApprovals(SQLITE_NOW)}; END`,
]

const POSTGRES_APPROVALS = [
  `CREATE FUNCTION device_authorization_password() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN ${endApprovals(POSTGRES_NOW)}; RETURN NULL; END $$`,
  `CREATE TRIGGER device_authorization_password ${CHANGED_PASSWORD}
    FOR EACH ROW WHEN (${IS_CHANGED}) EXECUTE FUNCTION device_authorization_password()`,
]

/** Whether tokens pause after a reset is cached with every account, so a change of that ends all that is cached. */
const PAUSES = 'UPDATE OF id, pat_addresses, service_addresses, pauses_after_reset'

const WATCHED: Watch = { table: 'policy', when: PAUSES, kind: 'policy', key: 'id' }
const SQLITE_PAUSE = ['DROP TRIGGER policy_authz_update', ...triggersFor('sqlite', [WATCHED])]

const POSTGRES_PAUSE = [
  'DROP TRIGGER policy_authz_update ON policy',
  `CREATE TRIGGER policy_authz_update AFTER ${PAUSES} ON policy
    FOR EACH ROW EXECUTE FUNCTION record_authz_change('policy', 'id')`,
]
