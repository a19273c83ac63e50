import { type Kysely, sql } from 'kysely'
import type { Engine } from '../database.ts'

/**
 * A group's own row, at SQLite's prompt. Foreign keys are not enforced there, so what hangs on a group stays when its row
 * goes, and comes back into force with it; and `… OR REPLACE` removes the rows in its way without firing their DELETE
 * triggers. Tokens and accounts have had triggers for that from the start; in the other tables a row in the way names the
 * same account or group as the one that takes its place. PostgreSQL enforces foreign keys for everybody.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'postgres') return
  for (const statement of SQLITE_TRIGGERS) await sql.raw(statement).execute(db)
}

const trigger = (name: string, when: string, ids: string) => `CREATE TRIGGER account_group_authz_${name} ${when} BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    INSERT INTO authz_change (epoch, subject) SELECT (SELECT epoch FROM authz_clock), 'group:' || id FROM (${ids});
  END`

const inTheWay = (but: string) => `SELECT id FROM account_group WHERE ${but} (id = NEW.id OR name_key = NEW.name_key)`
const whenReplacing = (name: string, when: string, but: string) =>
  trigger(name, `${when} WHEN EXISTS (${inTheWay(but)})`, inTheWay(but))

const SQLITE_TRIGGERS = [
  whenReplacing('replace_insert', 'BEFORE INSERT ON account_group', ''),
  whenReplacing('replace_update', 'BEFORE UPDATE OF id, name_key ON account_group', 'rowid <> OLD.rowid AND'),
  trigger(
    'update',
    'AFTER UPDATE OF id ON account_group WHEN NEW.id <> OLD.id',
    'SELECT OLD.id AS id UNION ALL SELECT NEW.id',
  ),
  // A new group has nobody in it yet: making one ends no cached state.
  trigger(
    'insert',
    `AFTER INSERT ON account_group WHEN EXISTS (SELECT 1 FROM group_member WHERE group_id = NEW.id)
      OR EXISTS (SELECT 1 FROM group_nesting WHERE group_id = NEW.id)`,
    'SELECT NEW.id AS id',
  ),
]
