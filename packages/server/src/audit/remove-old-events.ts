import { DAY_MS } from '../core/clock.ts'
import type { Database, Transaction } from '../storage/database.ts'
import { recordAudit } from './audit.ts'

/** How many events are removed at once: a transaction of milliseconds, that holds nobody up. */
const CHUNK = 2000

/**
 * Removes the events that are older than so many whole days (UTC), from the start of the chain on, and keeps the id and
 * digest of the last removed one as its anchor. Each chunk leaves an event that says so: at most once a day, since only
 * whole days count. Returns how many were removed.
 */
export async function removeOldEvents(database: Database, retentionDays: number, now: number): Promise<number> {
  const endsBefore = Math.floor(now / DAY_MS - retentionDays) * DAY_MS
  for (let removed = 0; ; ) {
    const count = await database.note('maintenance', (trx) => removeChunk(trx, endsBefore, now))
    removed += count
    if (count < CHUNK) return removed
  }
}

async function removeChunk(trx: Transaction, endsBefore: number, now: number): Promise<number> {
  // Of several nodes one removes at a time, and sees what the others have removed.
  await trx
    .updateTable('audit_chain')
    .set((row) => ({ anchor_id: row.ref('anchor_id') }))
    .execute()
  const oldest = await trx.selectFrom('audit_event').select(['id', 'at', 'digest']).orderBy('id').limit(CHUNK).execute()
  const youngest = oldest.findIndex(({ at }) => at >= endsBefore)
  const old = youngest < 0 ? oldest : oldest.slice(0, youngest)
  const last = old.at(-1)
  if (last === undefined) return 0
  // First the anchor: the database lets go of nothing that comes after it.
  await trx.updateTable('audit_chain').set({ anchor_id: last.id, anchor_digest: last.digest }).execute()
  await trx.deleteFrom('audit_event').where('id', '<=', last.id).execute()
  await recordAudit(
    trx,
    { actor: 'system', now },
    { action: 'audit.removed', detail: { events: old.length, throughId: last.id } },
  )
  return old.length
}
