import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/**
 * What the list of members is filtered and ordered by, in one narrow row a member: of account and member, which triggers
 * keep it equal to. Both tables' columns stand in one index only this way, and a search looks through one text.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const statements = [
    ...table(engine),
    ...(engine === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS),
    FILL,
    ...INDEXES,
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}

function table(engine: Engine): readonly string[] {
  const { instant, integer } = TABLE_WORDS[engine]
  // Bytes on both engines: the same order everywhere, and PostgreSQL compares them fastest.
  const key = engine === 'sqlite' ? 'TEXT NOT NULL' : 'TEXT COLLATE "C" NOT NULL'
  const newline = engine === 'sqlite' ? 'char(10)' : 'chr(10)'
  const end = engine === 'sqlite' ? 'STRICT, WITHOUT ROWID' : ''
  return [
    `CREATE TABLE member_listing (
      account_id TEXT PRIMARY KEY REFERENCES member (account_id) ON DELETE CASCADE,
      username_key ${key},
      email_key ${key},
      display_name_key ${key},
      search_key ${key} GENERATED ALWAYS AS
        (username_key || ${newline} || email_key || ${newline} || display_name_key) STORED,
      created_at ${instant} NOT NULL,
      last_sign_in_at ${instant} NOT NULL,
      is_active ${integer} NOT NULL
    ) ${end}`,
  ]
}

const COLUMNS = 'account_id, username_key, email_key, display_name_key, created_at, last_sign_in_at, is_active'
const VALUES = `member.account_id, account.username_key, member.email_key, account.display_name_key, account.created_at,
  coalesce(member.last_sign_in_at, 0), CASE WHEN account.deactivated_at IS NULL THEN 1 ELSE 0 END`
const FILL = `INSERT INTO member_listing (${COLUMNS})
  SELECT ${VALUES} FROM member JOIN account ON account.id = member.account_id`

/** Locking an account updates it without changing it: that is no reason to write here. */
const ACCOUNT_CHANGED = ['username_key', 'display_name_key', 'created_at', 'deactivated_at']
  .map((column) => `NEW.${column} IS DISTINCT FROM OLD.${column}`)
  .join(' OR ')

const OF_ACCOUNT = `UPDATE member_listing SET username_key = NEW.username_key, display_name_key = NEW.display_name_key,
    created_at = NEW.created_at, is_active = CASE WHEN NEW.deactivated_at IS NULL THEN 1 ELSE 0 END
  WHERE account_id = NEW.id`
const OF_MEMBER = `UPDATE member_listing SET email_key = NEW.email_key,
    last_sign_in_at = coalesce(NEW.last_sign_in_at, 0) WHERE account_id = NEW.account_id`
const OF_NEW_MEMBER = `${FILL} WHERE member.account_id = NEW.account_id`

const SQLITE_TRIGGERS = [
  `CREATE TRIGGER member_listing_insert AFTER INSERT ON member BEGIN ${OF_NEW_MEMBER}; END`,
  `CREATE TRIGGER member_listing_update AFTER UPDATE OF email_key, last_sign_in_at ON member BEGIN ${OF_MEMBER}; END`,
  `CREATE TRIGGER member_listing_account AFTER UPDATE OF username_key, display_name_key, created_at, deactivated_at
    ON account WHEN ${ACCOUNT_CHANGED} BEGIN ${OF_ACCOUNT}; END`,
]

const POSTGRES_TRIGGERS = [
  ['insert', 'AFTER INSERT ON member FOR EACH ROW', OF_NEW_MEMBER],
  ['update', 'AFTER UPDATE OF email_key, last_sign_in_at ON member FOR EACH ROW', OF_MEMBER],
  [
    'account',
    `AFTER UPDATE OF username_key, display_name_key, created_at, deactivated_at ON account
      FOR EACH ROW WHEN (${ACCOUNT_CHANGED})`,
    OF_ACCOUNT,
  ],
].flatMap(([name, when, statement]) => [
  `CREATE FUNCTION member_listing_${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN ${statement}; RETURN NULL; END $$`,
  `CREATE TRIGGER member_listing_${name} ${when} EXECUTE FUNCTION member_listing_${name}()`,
])

const INDEXES = [
  'CREATE INDEX member_listing_username ON member_listing (username_key, account_id)',
  'CREATE INDEX member_listing_email ON member_listing (email_key, account_id)',
  'CREATE INDEX member_listing_display_name ON member_listing (display_name_key, account_id)',
  'CREATE INDEX member_listing_created ON member_listing (created_at, account_id)',
  'CREATE INDEX member_listing_last_sign_in ON member_listing (last_sign_in_at, account_id)',
  // Who holds a role, from the index alone.
  'CREATE INDEX role_grant_holder ON role_grant (role, account_id)',
  // How many tokens of an account are valid, from the index alone.
  'CREATE INDEX token_unrevoked ON token (account_id, expires_at) WHERE revoked_at IS NULL',
]
