import type { Engine } from '../database.ts'

/**
 * How a table is watched: each change to it advances the clock of authorization changes and names whose cached state
 * ends. Migrations that have shipped were made with this: what it produces for them may not change.
 */
export interface Watch {
  readonly table: string
  /** `INSERT`, `DELETE`, `UPDATE`, or `UPDATE OF <columns>`. */
  readonly when: string
  /** What the subject is: `<kind>:<value of key>`. */
  readonly kind: 'token' | 'account' | 'group' | 'policy'
  readonly key: string
}

/** The words in which the engines' table definitions differ. */
export const TABLE_WORDS = {
  sqlite: {
    instant: 'INTEGER',
    integer: 'INTEGER',
    bytes: 'BLOB',
    serial: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    end: 'STRICT',
  },
  postgres: {
    instant: 'BIGINT',
    integer: 'BIGINT',
    bytes: 'BYTEA',
    serial: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    end: '',
  },
} as const

/** The triggers of these watches, and on PostgreSQL those that see a table emptied at once. */
export function triggersFor(engine: Engine, watches: readonly Watch[]): readonly string[] {
  if (engine === 'sqlite') return watches.map(sqliteTrigger)
  const tables = [...new Set(watches.map(({ table }) => table))]
  return [...watches.map(postgresTrigger), ...tables.map(truncationTrigger)]
}

const triggerName = ({ table, when }: Watch) => `${table}_authz_${when.split(' ')[0]?.toLowerCase()}`

function sqliteTrigger(watch: Watch): string {
  const rows = watch.when === 'DELETE' ? ['OLD'] : watch.when === 'INSERT' ? ['NEW'] : ['OLD', 'NEW']
  const records = rows.map(
    (row) =>
      `INSERT INTO authz_change (epoch, subject) SELECT epoch, '${watch.kind}:' || ${row}.${watch.key} FROM authz_clock;`,
  )
  return `CREATE TRIGGER ${triggerName(watch)} AFTER ${watch.when} ON ${watch.table} BEGIN
    UPDATE authz_clock SET epoch = epoch + 1;
    ${records.join('\n    ')}
  END`
}

/** The update of the one clock row holds its lock until commit, so epochs are in the order of commits. */
export const AUTHZ_FUNCTIONS = [
  `CREATE FUNCTION record_authz_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    now_epoch BIGINT;
  BEGIN
    UPDATE authz_clock SET epoch = epoch + 1 RETURNING epoch INTO now_epoch;
    IF TG_OP <> 'INSERT' THEN
      INSERT INTO authz_change (epoch, subject) VALUES (now_epoch, TG_ARGV[0] || ':' || (to_jsonb(OLD) ->> TG_ARGV[1]));
    END IF;
    IF TG_OP <> 'DELETE' THEN
      INSERT INTO authz_change (epoch, subject) VALUES (now_epoch, TG_ARGV[0] || ':' || (to_jsonb(NEW) ->> TG_ARGV[1]));
    END IF;
    RETURN NULL;
  END $$`,
  `CREATE FUNCTION record_authz_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    WITH clock AS (UPDATE authz_clock SET epoch = epoch + 1 RETURNING epoch)
    INSERT INTO authz_change (epoch, subject) SELECT epoch, '*' FROM clock;
    RETURN NULL;
  END $$`,
]

function postgresTrigger(watch: Watch): string {
  return `CREATE TRIGGER ${triggerName(watch)} AFTER ${watch.when} ON ${watch.table}
    FOR EACH ROW EXECUTE FUNCTION record_authz_change('${watch.kind}', '${watch.key}')`
}

function truncationTrigger(table: string): string {
  return `CREATE TRIGGER ${table}_authz_truncate AFTER TRUNCATE ON ${table}
    FOR EACH STATEMENT EXECUTE FUNCTION record_authz_truncation()`
}
