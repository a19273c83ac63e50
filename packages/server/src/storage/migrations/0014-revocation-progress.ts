import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/** How far a long revocation is, of each account that has one under way. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { instant, integer, end } = TABLE_WORDS[engine]
  await sql
    .raw(
      `CREATE TABLE bulk_revocation (
        account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
        started_at ${instant} NOT NULL,
        expected ${integer} NOT NULL,
        revoked ${integer} NOT NULL
      ) ${end}`,
    )
    .execute(db)
}
