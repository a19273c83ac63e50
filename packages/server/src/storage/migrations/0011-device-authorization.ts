import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/**
 * Programs that ask for a token of whoever approves (RFC 8628). Their codes are stored as digests. No cached state depends
 * on it, so there are no triggers: what comes of it is a token as any other.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of tables(engine)) await sql.raw(statement).execute(db)
}

function tables(engine: Engine): readonly string[] {
  const { instant, integer, bytes, end } = TABLE_WORDS[engine]
  return [
    `CREATE TABLE device_authorization (
      id TEXT PRIMARY KEY,
      device_digest ${bytes} NOT NULL CONSTRAINT device_authorization_device UNIQUE CHECK (length(device_digest) = 32),
      user_digest ${bytes} NOT NULL CONSTRAINT device_authorization_user UNIQUE CHECK (length(user_digest) = 32),
      device_name TEXT NOT NULL CHECK (length(device_name) BETWEEN 1 AND 100),
      permissions TEXT,
      address TEXT NOT NULL,
      client TEXT,
      created_at ${instant} NOT NULL,
      expires_at ${instant} NOT NULL CHECK (expires_at > created_at),
      interval_ms ${integer} NOT NULL,
      polled_at ${instant},
      decided_by TEXT REFERENCES account (id),
      decided_in TEXT,
      approved_at ${instant},
      denied_at ${instant},
      redeemed_at ${instant},
      CHECK (approved_at IS NULL OR denied_at IS NULL),
      CHECK ((decided_by IS NULL) = (approved_at IS NULL AND denied_at IS NULL)),
      CHECK (redeemed_at IS NULL OR approved_at IS NOT NULL)
    ) ${end}`,
    'CREATE INDEX device_authorization_expires ON device_authorization (expires_at)',
  ]
}
