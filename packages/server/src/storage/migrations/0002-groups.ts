import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'
import { TABLE_WORDS, triggersFor, type Watch } from './authz-triggers.ts'

/**
 * Groups with their members, the groups they belong to, and their roles; service accounts. Removing a group removes
 * what hangs on it.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const statement of [...tables(engine), ...triggersFor(engine, WATCHED)]) await sql.raw(statement).execute(db)
}

function tables(engine: Engine): readonly string[] {
  const { instant, end } = TABLE_WORDS[engine]
  return [
    `CREATE TABLE account_group (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      name_key TEXT NOT NULL CONSTRAINT account_group_name UNIQUE,
      description TEXT NOT NULL,
      created_at ${instant} NOT NULL
    ) ${end}`,

    `CREATE TABLE group_member (
      group_id TEXT NOT NULL REFERENCES account_group (id) ON DELETE CASCADE,
      account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      added_at ${instant} NOT NULL,
      PRIMARY KEY (group_id, account_id)
    ) ${end}`,
    'CREATE INDEX group_member_account ON group_member (account_id, group_id)',

    `CREATE TABLE group_nesting (
      group_id TEXT NOT NULL REFERENCES account_group (id) ON DELETE CASCADE,
      member_group_id TEXT NOT NULL REFERENCES account_group (id) ON DELETE CASCADE,
      added_at ${instant} NOT NULL,
      PRIMARY KEY (group_id, member_group_id),
      CHECK (group_id <> member_group_id)
    ) ${end}`,
    'CREATE INDEX group_nesting_member ON group_nesting (member_group_id, group_id)',

    `CREATE TABLE group_role (
      group_id TEXT NOT NULL REFERENCES account_group (id) ON DELETE CASCADE,
      role TEXT NOT NULL,
      granted_at ${instant} NOT NULL,
      granted_by TEXT REFERENCES account (id),
      PRIMARY KEY (group_id, role)
    ) ${end}`,
    'CREATE INDEX group_role_role ON group_role (role)',

    `CREATE TABLE service_account (
      account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      description TEXT NOT NULL,
      created_by TEXT REFERENCES account (id),
      deleted_at ${instant}
    ) ${end}`,
  ]
}

/** Joining or leaving concerns one account; what a group is or has concerns everybody in it and in the groups below. */
const WATCHED: readonly Watch[] = [
  ...(['INSERT', 'UPDATE', 'DELETE'] as const).flatMap((when): Watch[] => [
    { table: 'group_member', when, kind: 'account', key: 'account_id' },
    { table: 'group_nesting', when, kind: 'group', key: 'member_group_id' },
    { table: 'group_role', when, kind: 'group', key: 'group_id' },
  ]),
  { table: 'account_group', when: 'DELETE', kind: 'group', key: 'id' },
]
