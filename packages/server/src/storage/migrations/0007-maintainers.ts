import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/** The people to ask about a service account. It gives them nothing, so no cached state depends on it: no triggers. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of tables(engine)) await sql.raw(statement).execute(db)
}

function tables(engine: Engine): readonly string[] {
  return [
    `CREATE TABLE service_account_maintainer (
      service_account_id TEXT NOT NULL REFERENCES service_account (account_id) ON DELETE CASCADE,
      member_id TEXT NOT NULL REFERENCES member (account_id) ON DELETE CASCADE,
      PRIMARY KEY (service_account_id, member_id)
    ) ${TABLE_WORDS[engine].end}`,
    'CREATE INDEX service_account_maintainer_member ON service_account_maintainer (member_id)',
  ]
}
