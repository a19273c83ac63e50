import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/**
 * What ends with what it came from: with a token, the tokens of its account that it made; with a session, a password or an
 * account, the device authorizations that were approved by it. Triggers do it, so that a statement typed into `psql` or
 * `sqlite3` does it, too (docs/decisions/0024).
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { instant } = TABLE_WORDS[engine]
  const statements = [
    // Not a foreign key: what a token replaced is history, and stays true when that row is gone.
    'ALTER TABLE token ADD COLUMN replaces TEXT',
    'ALTER TABLE token ADD COLUMN made_with TEXT',
    'CREATE UNIQUE INDEX token_replaces ON token (replaces) WHERE replaces IS NOT NULL',
    'CREATE INDEX token_made_with ON token (made_with) WHERE made_with IS NOT NULL',
    `ALTER TABLE device_authorization ADD COLUMN approval_ended_at ${instant}`,
    `CREATE INDEX device_authorization_approved ON device_authorization (decided_by)
      WHERE approved_at IS NOT NULL AND redeemed_at IS NULL`,
    ...(engine === 'sqlite' ? [...SQLITE_FAMILY, ...SQLITE_APPROVALS] : [...POSTGRES_FAMILY, ...POSTGRES_APPROVALS]),
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

/** What ends the approvals of device authorizations that no token has come of yet. */
const APPROVAL_ENDS = [
  { name: 'session', when: 'DELETE ON session', which: 'decided_by = OLD.account_id AND decided_in = OLD.id' },
  {
    name: 'password',
    when: 'UPDATE OF password_hash, password_change_required_at ON member',
    condition: `NEW.password_hash <> OLD.password_hash OR NEW.password_change_required_at IS NOT NULL`,
    which: 'decided_by = OLD.account_id',
  },
  {
    name: 'account',
    when: 'UPDATE OF deactivated_at ON account',
    condition: 'NEW.deactivated_at IS NOT NULL',
    which: 'decided_by = OLD.id',
  },
]

const endApprovals = (which: string, now: string) => `UPDATE device_authorization SET approval_ended_at = ${now}
    WHERE ${which} AND approved_at IS NOT NULL AND redeemed_at IS NULL AND approval_ended_at IS NULL`

const SQLITE_APPROVALS = APPROVAL_ENDS.map(
  ({ name, when, condition, which }) => `CREATE TRIGGER device_authorization_${name} AFTER ${when}
    ${condition === undefined ? '' : `WHEN ${condition}`} BEGIN ${endApprovals(which, SQLITE_NOW)}; END`,
)

const POSTGRES_APPROVALS = APPROVAL_ENDS.flatMap(({ name, when, condition, which }) => [
  `CREATE FUNCTION device_authorization_${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN ${endApprovals(which, POSTGRES_NOW)}; RETURN NULL; END $$`,
  `CREATE TRIGGER device_authorization_${name} AFTER ${when} FOR EACH ROW
    ${condition === undefined ? '' : `WHEN (${condition})`} EXECUTE FUNCTION device_authorization_${name}()`,
])
