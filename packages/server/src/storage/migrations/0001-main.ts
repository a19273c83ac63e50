import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { AUTHZ_FUNCTIONS, TABLE_WORDS, triggersFor, type Watch } from './authz-triggers.ts'

/** Accounts, tokens, sessions, audit, and the clock of authorization changes with the triggers that advance it. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [...tables(engine), ...triggers(engine)]) await sql.raw(statement).execute(db)
}

function tables(engine: Engine): readonly string[] {
  const { instant, integer, bytes, serial, end } = TABLE_WORDS[engine]
  return [
    `CREATE TABLE account (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('member', 'service')),
      username TEXT NOT NULL CHECK (username <> ''),
      username_key TEXT NOT NULL CONSTRAINT account_username UNIQUE,
      display_name TEXT NOT NULL,
      display_name_key TEXT NOT NULL,
      created_at ${instant} NOT NULL,
      deactivated_at ${instant}
    ) ${end}`,

    `CREATE TABLE member (
      account_id TEXT PRIMARY KEY REFERENCES account (id),
      email TEXT NOT NULL,
      email_key TEXT NOT NULL CONSTRAINT member_email UNIQUE,
      first_name TEXT NOT NULL,
      last_name TEXT NOT NULL,
      password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
      password_change_required_at ${instant},
      last_sign_in_at ${instant}
    ) ${end}`,

    `CREATE TABLE role_grant (
      account_id TEXT NOT NULL REFERENCES account (id),
      role TEXT NOT NULL,
      granted_at ${instant} NOT NULL,
      granted_by TEXT REFERENCES account (id),
      PRIMARY KEY (account_id, role)
    ) ${end}`,
    'CREATE INDEX role_grant_role ON role_grant (role)',

    `CREATE TABLE token (
      id TEXT PRIMARY KEY CHECK (length(id) = 12),
      account_id TEXT NOT NULL REFERENCES account (id),
      kind TEXT NOT NULL CHECK (kind IN ('pat', 'service')),
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      name_key TEXT NOT NULL,
      name_released_at ${instant},
      digest ${bytes} NOT NULL CHECK (length(digest) = 32),
      created_at ${instant} NOT NULL,
      expires_at ${instant} CHECK (expires_at > created_at),
      revoked_at ${instant},
      revoked_by TEXT REFERENCES account (id),
      permissions TEXT,
      allowed_addresses TEXT,
      CHECK (revoked_at IS NULL OR name_released_at IS NOT NULL)
    ) ${end}`,
    'CREATE UNIQUE INDEX token_name ON token (account_id, name_key) WHERE name_released_at IS NULL',
    'CREATE INDEX token_account ON token (account_id, created_at, id)',

    `CREATE TABLE token_usage (
      token_id TEXT PRIMARY KEY REFERENCES token (id),
      last_used_at ${instant} NOT NULL,
      last_used_address TEXT NOT NULL,
      last_used_client TEXT
    ) ${end}`,

    `CREATE TABLE session (
      id TEXT PRIMARY KEY,
      digest ${bytes} NOT NULL CONSTRAINT session_digest UNIQUE CHECK (length(digest) = 32),
      account_id TEXT NOT NULL REFERENCES account (id),
      created_at ${instant} NOT NULL,
      last_seen_at ${instant} NOT NULL,
      expires_at ${instant} NOT NULL,
      address TEXT NOT NULL,
      client TEXT
    ) ${end}`,
    'CREATE INDEX session_account ON session (account_id)',
    'CREATE INDEX session_expires ON session (expires_at)',

    `CREATE TABLE sign_in_failure (
      scope TEXT PRIMARY KEY,
      window_started_at ${instant} NOT NULL,
      failures ${integer} NOT NULL
    ) ${end}`,

    `CREATE TABLE sign_in_address (
      account_id TEXT NOT NULL REFERENCES account (id),
      address TEXT NOT NULL,
      last_at ${instant} NOT NULL,
      PRIMARY KEY (account_id, address)
    ) ${end}`,

    `CREATE TABLE audit_event (
      id ${serial},
      at ${instant} NOT NULL,
      action TEXT NOT NULL,
      outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
      actor_account_id TEXT,
      actor_username TEXT,
      credential TEXT NOT NULL,
      credential_id TEXT,
      address TEXT,
      request_id TEXT,
      target_type TEXT,
      target_id TEXT,
      detail TEXT NOT NULL
    ) ${end}`,

    `CREATE TABLE authz_clock (id ${integer} PRIMARY KEY CHECK (id = 1), epoch ${integer} NOT NULL) ${end}`,
    'INSERT INTO authz_clock (id, epoch) VALUES (1, 0)',
    // Not unique: a conflict clause of the statement that fired a trigger would apply to what the trigger writes.
    `CREATE TABLE authz_change (epoch ${integer} NOT NULL, subject TEXT NOT NULL) ${end}`,
    'CREATE INDEX authz_change_epoch ON authz_change (epoch)',
  ]
}

/** Which row changes count, and whose cached state they end. Adding a token or an account takes nothing away. */
const WATCHED: readonly Watch[] = [
  {
    table: 'token',
    when: 'UPDATE OF id, account_id, kind, digest, expires_at, revoked_at, permissions, allowed_addresses',
    kind: 'token',
    key: 'id',
  },
  { table: 'token', when: 'DELETE', kind: 'token', key: 'id' },
  { table: 'account', when: 'UPDATE OF id, kind, username, display_name, deactivated_at', kind: 'account', key: 'id' },
  { table: 'account', when: 'DELETE', kind: 'account', key: 'id' },
  { table: 'role_grant', when: 'INSERT', kind: 'account', key: 'account_id' },
  { table: 'role_grant', when: 'UPDATE', kind: 'account', key: 'account_id' },
  { table: 'role_grant', when: 'DELETE', kind: 'account', key: 'account_id' },
]

function triggers(engine: Engine): readonly string[] {
  return engine === 'sqlite'
    ? [...triggersFor(engine, WATCHED), ...SQLITE_REPLACE_TRIGGERS]
    : [...AUTHZ_FUNCTIONS, ...triggersFor(engine, WATCHED)]
}

/** `… OR REPLACE` removes the rows in its way without firing their DELETE triggers, so it is seen coming. */
const SQLITE_REPLACE_TRIGGERS = [
  {
    table: 'token',
    columns: 'id, account_id, name_key, name_released_at',
    inTheWay: 'id = NEW.id OR (account_id = NEW.account_id AND name_key = NEW.name_key AND name_released_at IS NULL)',
  },
  { table: 'account', columns: 'id, username_key', inTheWay: 'id = NEW.id OR username_key = NEW.username_key' },
].flatMap(({ table, columns, inTheWay }) => [
  replaceTrigger('insert', `BEFORE INSERT ON ${table}`, table, inTheWay),
  replaceTrigger('update', `BEFORE UPDATE OF ${columns} ON ${table}`, table, `rowid <> OLD.rowid AND (${inTheWay})`),
])

function replaceTrigger(name: string, when: string, table: string, inTheWay: string): string {
  return `CREATE TRIGGER ${table}_authz_replace_${name} ${when}
    WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${inTheWay}) BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject)
      SELECT (SELECT epoch FROM authz_clock), '${table}:' || id FROM ${table} WHERE ${inTheWay};
  END`
}
