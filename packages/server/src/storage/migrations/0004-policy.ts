import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS, triggersFor, type Watch } from './authz-triggers.ts'

/**
 * The one policy document, and on each token why the server ended it. The address ranges have columns of their own,
 * since verification reads them with a token.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const { instant, integer, end } = TABLE_WORDS[engine]
  const statements = [
    `CREATE TABLE policy (
      id ${integer} PRIMARY KEY CHECK (id = 1),
      document TEXT NOT NULL,
      pat_addresses TEXT,
      service_addresses TEXT,
      updated_at ${instant},
      updated_by TEXT REFERENCES account (id)
    ) ${end}`,
    `INSERT INTO policy (id, document) VALUES (1, '${JSON.stringify(FIRST_POLICY)}')`,
    'ALTER TABLE token ADD COLUMN end_reason TEXT',
    ...triggersFor(engine, WATCHED),
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const NO_RULES = {
  maximumLifetimeDays: null,
  expirationRequired: false,
  defaultLifetimeDays: null,
  tokensPerAccount: null,
  endUnusedAfterDays: null,
}

/** What held before there was a policy, and the documented default for reactivation. */
const FIRST_POLICY = {
  pat: { ...NO_RULES, creation: 'all' },
  service: NO_RULES,
  reactivation: { tokens: 'restore_if_recent', days: 30 },
  passwordChange: { tokens: 'keep' },
}

/** Which ranges count is cached with every token, so a change of them ends all that is cached. */
const WATCHED: readonly Watch[] = [
  { table: 'policy', when: 'INSERT', kind: 'policy', key: 'id' },
  { table: 'policy', when: 'UPDATE OF id, pat_addresses, service_addresses', kind: 'policy', key: 'id' },
  { table: 'policy', when: 'DELETE', kind: 'policy', key: 'id' },
]
