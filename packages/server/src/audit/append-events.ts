import { type AuditContent, auditDigest } from '../storage/audit-digest.ts'
import type { Transaction } from '../storage/database.ts'

/** How many events go into one statement: SQLite takes 32,766 parameters. */
const CHUNK = 1000

/**
 * Adds events at the end of the chain. The one row of `audit_chain` is locked from here to the commit, so events are in
 * the order of commits, on PostgreSQL too. For `audit.ts` alone, as the last thing of a transaction.
 */
export async function appendEvents(trx: Transaction, events: readonly Omit<AuditContent, 'id'>[]): Promise<void> {
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
  for (let from = 0; from < rows.length; from += CHUNK) {
    await trx
      .insertInto('audit_event')
      .values(rows.slice(from, from + CHUNK))
      .execute()
  }
  await trx.updateTable('audit_chain').set({ last_digest: digest }).execute()
}
