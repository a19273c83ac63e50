import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * The last thing by which `… OR REPLACE` can find a row in its way: the number that SQLite gives each row and nobody sees.
 * Whoever types one has a row removed that need have nothing to do with the one that takes its place, so everything that
 * is cached ends. Where no number is typed, `NEW.rowid` is that of no row. (`policy` has its id as its number, and
 * `access_token` has none.)
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'postgres') return
  for (const table of TABLES) {
    for (const statement of triggers(table)) await sql.raw(statement).execute(db)
  }
}

const TABLES = ['token', 'account', 'role_grant', 'account_group', 'group_member', 'group_nesting', 'group_role']

const triggers = (table: string) => [
  trigger(table, 'number_insert', 'BEFORE INSERT', ''),
  trigger(table, 'number_update', 'BEFORE UPDATE OF rowid, _rowid_, oid', 'NEW.rowid <> OLD.rowid AND'),
]

const trigger = (table: string, name: string, when: string, but: string) =>
  `CREATE TRIGGER ${table}_authz_${name} ${when} ON ${table}
    WHEN ${but} EXISTS (SELECT 1 FROM ${table} WHERE rowid = NEW.rowid) BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject) SELECT epoch, '*' FROM authz_clock;
  END`
