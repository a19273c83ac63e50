import { type Kysely, sql } from 'kysely'
import { type AuditContent, auditDigest, CHAIN_START } from '../audit-digest.ts'
import type { Engine } from '../database.ts'
import { TABLE_WORDS } from './authz-triggers.ts'

/**
 * Audit events become a chain: each carries the digest of the one before, those that are there already, too. The
 * database itself refuses to change them, or to remove any but those that retention has given up. Sign-ins that were
 * turned away are noted once.
 */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const run = async (statements: readonly string[]) => {
    for (const statement of statements) await sql.raw(statement).execute(db)
  }
  await run(columns(engine))
  const last = await chainEvents(db)
  await sql`INSERT INTO audit_chain (id, anchor_id, anchor_digest, last_id, last_digest)
    VALUES (1, 0, ${CHAIN_START}, ${last.id}, ${last.digest})`.execute(db)
  await run([...INDEXES, ...(engine === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS)])
}

function columns(engine: Engine): readonly string[] {
  const { instant, integer, end } = TABLE_WORDS[engine]
  return [
    `ALTER TABLE audit_event ADD COLUMN previous_digest TEXT NOT NULL DEFAULT ''`,
    `ALTER TABLE audit_event ADD COLUMN digest TEXT NOT NULL DEFAULT ''`,
    // The chain gives the ids out: without gaps, and in the order of commits.
    ...(engine === 'postgres' ? ['ALTER TABLE audit_event ALTER COLUMN id DROP IDENTITY'] : []),
    `CREATE TABLE audit_chain (
      id ${integer} PRIMARY KEY CHECK (id = 1),
      anchor_id ${integer} NOT NULL,
      anchor_digest TEXT NOT NULL CHECK (length(anchor_digest) = 64),
      last_id ${integer} NOT NULL CHECK (last_id >= anchor_id),
      last_digest TEXT NOT NULL CHECK (length(last_digest) = 64)
    ) ${end}`,
    `ALTER TABLE sign_in_failure ADD COLUMN refusal_recorded_at ${instant}`,
  ]
}

/** How many events are given their digests by one statement. */
const CHUNK = 1000

async function chainEvents(db: Kysely<unknown>): Promise<{ readonly id: number; readonly digest: string }> {
  let last = { id: 0, digest: CHAIN_START }
  for (;;) {
    const { rows } = await sql<AuditContent>`
      SELECT * FROM audit_event WHERE id > ${last.id} ORDER BY id LIMIT ${CHUNK}`.execute(db)
    if (rows.length === 0) return last
    const links = rows.map((event) => {
      const previous = last.digest
      last = { id: event.id, digest: auditDigest(previous, event) }
      return sql`(${event.id}, ${previous}, ${last.digest})`
    })
    await sql`UPDATE audit_event SET previous_digest = link.column2, digest = link.column3
      FROM (VALUES ${sql.join(links)}) AS link WHERE audit_event.id = CAST(link.column1 AS BIGINT)`.execute(db)
  }
}

/** For each filter of the list an index that gives its order, too; see `audit-store.ts`. */
const INDEXES = [
  'CREATE INDEX audit_event_at ON audit_event (at, id)',
  // With the action, so that of the many events of one account those of another action need not be read.
  'CREATE INDEX audit_event_actor ON audit_event (actor_account_id, at, id, action)',
  'CREATE INDEX audit_event_target ON audit_event (target_id, at, id)',
  'CREATE INDEX audit_event_target_type ON audit_event (target_type, at, id)',
  'CREATE INDEX audit_event_action ON audit_event (action, at, id)',
  `CREATE INDEX audit_event_refused ON audit_event (at, id) WHERE outcome = 'refused'`,
]

const REFUSAL = 'Audit events are never changed, and removed only by retention.'

const SQLITE_TRIGGERS = [
  `CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, '${REFUSAL}'); END`,
  `CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
    WHEN OLD.id > (SELECT anchor_id FROM audit_chain) BEGIN SELECT RAISE(ABORT, '${REFUSAL}'); END`,
  // '… OR REPLACE' removes the row in its way without firing the trigger above.
  `CREATE TRIGGER audit_event_no_replace BEFORE INSERT ON audit_event
    WHEN EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '${REFUSAL}'); END`,
]

const POSTGRES_TRIGGERS = [
  `CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '${REFUSAL}';
  END $$`,
  `CREATE FUNCTION refuse_audit_removal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF OLD.id > (SELECT anchor_id FROM audit_chain) THEN
      RAISE EXCEPTION '${REFUSAL}';
    END IF;
    RETURN OLD;
  END $$`,
  `CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()`,
  `CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_removal()`,
  `CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
]
