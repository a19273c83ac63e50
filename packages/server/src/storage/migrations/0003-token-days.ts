import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/**
 * Calls and refusals a day, the clients a token was seen from, and what keeps the inventory's lists fast at a million
 * tokens (docs/decisions/0005): an index for each order and filter, the tokens never used, and a search by trigrams.
 * The last two are kept by triggers, so that a row typed into the database is found as well.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const statements = [...tables(engine), ...INDEXES, ...(engine === 'sqlite' ? SQLITE : POSTGRES), ...FILL]
  for (const statement of statements) await sql.raw(statement).execute(db)
}

function tables(engine: Engine): readonly string[] {
  const { instant, integer, end } = TABLE_WORDS[engine]
  const byKey = engine === 'sqlite' ? 'STRICT, WITHOUT ROWID' : end
  return [
    // `day`: days since 1970-01-01, UTC.
    `CREATE TABLE token_day (
      token_id TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
      day ${integer} NOT NULL,
      calls ${integer} NOT NULL,
      refusals ${integer} NOT NULL,
      PRIMARY KEY (token_id, day)
    ) ${byKey}`,
    'CREATE INDEX token_day_day ON token_day (day)',

    // No client is an empty text, so that it can be part of the key.
    `CREATE TABLE token_client (
      token_id TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
      address TEXT NOT NULL,
      client TEXT NOT NULL,
      first_seen_at ${instant} NOT NULL,
      last_seen_at ${instant} NOT NULL,
      PRIMARY KEY (token_id, address, client)
    ) ${byKey}`,

    `CREATE TABLE token_unused (
      token_id TEXT PRIMARY KEY REFERENCES token (id) ON DELETE CASCADE
    ) ${byKey}`,
  ]
}

/** "Does not expire" is later than any instant: the one expression that lists are ordered and filtered by. */
const INDEXES = [
  'CREATE INDEX token_created ON token (created_at, id)',
  'CREATE INDEX token_by_name ON token (name_key, id)',
  'CREATE INDEX token_expiry ON token (coalesce(expires_at, 9007199254740991), id)',
  'CREATE INDEX token_unrevoked_expiry ON token (coalesce(expires_at, 9007199254740991), id) WHERE revoked_at IS NULL',
  'CREATE INDEX token_revoked ON token (revoked_at, id) WHERE revoked_at IS NOT NULL',
  'CREATE INDEX token_usage_at ON token_usage (last_used_at, token_id)',
  'CREATE INDEX token_usage_address ON token_usage (last_used_address, token_id)',
  'CREATE INDEX account_kind ON account (kind, id)',
]

/**
 * `token_search` only ever grows: a renamed token is found by its old name, too, and whoever searches looks at the
 * name itself afterwards.
 */
const SQLITE = [
  `CREATE VIRTUAL TABLE token_search USING fts5 (
    token_id UNINDEXED, name_key, tokenize = 'trigram case_sensitive 1', detail = 'none', columnsize = 0
  )`,
  `CREATE TRIGGER token_search_insert AFTER INSERT ON token BEGIN
    INSERT INTO token_unused (token_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    INSERT INTO token_search (token_id, name_key) VALUES (NEW.id, NEW.name_key);
  END`,
  `CREATE TRIGGER token_search_rename AFTER UPDATE OF name_key ON token WHEN NEW.name_key <> OLD.name_key BEGIN
    INSERT INTO token_search (token_id, name_key) VALUES (NEW.id, NEW.name_key);
  END`,
  `CREATE TRIGGER token_usage_first AFTER INSERT ON token_usage BEGIN
    DELETE FROM token_unused WHERE token_id = NEW.token_id;
  END`,
]

/** `pg_trgm` comes with PostgreSQL and is trusted: the owner of a database may add it. */
const POSTGRES = [
  'CREATE EXTENSION IF NOT EXISTS pg_trgm',
  'CREATE TABLE token_search (token_id TEXT NOT NULL, name_key TEXT NOT NULL)',
  'CREATE INDEX token_search_name ON token_search USING gin (name_key gin_trgm_ops)',
  `CREATE FUNCTION note_new_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO token_unused (token_id) SELECT id FROM made ON CONFLICT DO NOTHING;
    INSERT INTO token_search (token_id, name_key) SELECT id, name_key FROM made;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER token_search_insert AFTER INSERT ON token REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION note_new_tokens()`,
  `CREATE FUNCTION note_token_name() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO token_search (token_id, name_key) VALUES (NEW.id, NEW.name_key);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER token_search_rename AFTER UPDATE OF name_key ON token
    FOR EACH ROW WHEN (NEW.name_key <> OLD.name_key) EXECUTE FUNCTION note_token_name()`,
  `CREATE FUNCTION note_first_use() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM token_unused WHERE token_id IN (SELECT token_id FROM used);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER token_usage_first AFTER INSERT ON token_usage REFERENCING NEW TABLE AS used
    FOR EACH STATEMENT EXECUTE FUNCTION note_first_use()`,
]

/** For the tokens that are there already. */
const FILL = [
  'INSERT INTO token_unused (token_id) SELECT id FROM token WHERE id NOT IN (SELECT token_id FROM token_usage)',
  'INSERT INTO token_search (token_id, name_key) SELECT id, name_key FROM token',
]
