import { sql } from 'kysely'
import { type AuditContent, auditDigest } from '../storage/audit-digest.ts'
import type { Engine, Transaction } from '../storage/database.ts'
import type { AuditEventTable } from '../storage/tables.ts'

/**
 * Adds events at the end of the chain. The one row of `audit_chain` is locked from here to the commit, so events are in
 * the order of commits, on PostgreSQL too. For `audit.ts` alone, as the last thing of a transaction.
 */
export async function appendEvents(
  trx: Transaction,
  engine: Engine,
  events: readonly Omit<AuditContent, 'id'>[],
): Promise<void> {
  const head = await trx
    .updateTable('audit_chain')
    .set((row) => ({ last_id: row('last_id', '+', events.length) }))
    .returning(['last_id', 'last_digest'])
    .executeTakeFirstOrThrow()
  const firstId = head.last_id - events.length + 1
  let digest = head.last_digest
  const rows = events.map((event, index) => {
    const content = { ...event, id: firstId + index }
    const previous = digest
    digest = auditDigest(previous, content)
    return { ...content, previous_digest: previous, digest }
  })
  await (engine === 'sqlite' ? sqliteInsert(rows) : postgresInsert(rows)).execute(trx)
  await trx.updateTable('audit_chain').set({ last_digest: digest }).execute()
}

/*
 * Rows go as one JSON text: to build a statement of a thousand rows with a parameter for each value takes as long as
 * what it does.
 */

function postgresInsert(rows: readonly AuditEventTable[]) {
  return sql`INSERT INTO audit_event
    SELECT * FROM json_populate_recordset(NULL::audit_event, ${JSON.stringify(rows)}::json)`
}

/** SQLite takes 0.4 µs for each value in a JSON text: those that all rows share, as most are, it is handed once. */
function sqliteInsert(rows: readonly AuditEventTable[]) {
  const [first] = rows as [AuditEventTable]
  const columns = Object.keys(first) as (keyof AuditEventTable)[]
  const shared = columns.filter((column) => rows.every((row) => row[column] === first[column]))
  const own = columns.filter((column) => !shared.includes(column))
  const values = [
    ...shared.map((column) => sql`${first[column]}`),
    ...own.map((_, index) => sql`value ->> ${sql.lit(index)}`),
  ]
  return sql`INSERT INTO audit_event (${sql.join([...shared, ...own].map((column) => sql.ref(column)))})
    SELECT ${sql.join(values)} FROM json_each(${JSON.stringify(rows.map((row) => own.map((column) => row[column])))})`
}
