import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/**
 * Browsers that members have signed in with: their attempts are counted apart from those of strangers. No cached state
 * depends on it, so there are no triggers.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { instant, bytes, end } = TABLE_WORDS[engine]
  const statements = [
    `CREATE TABLE sign_in_device (
      account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      digest ${bytes} NOT NULL CHECK (length(digest) = 32),
      last_at ${instant} NOT NULL,
      PRIMARY KEY (account_id, digest)
    ) ${end}`,
    'CREATE INDEX sign_in_device_digest ON sign_in_device (digest)',
    'CREATE INDEX sign_in_device_last_at ON sign_in_device (last_at)',
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}
