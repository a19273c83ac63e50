import { hash } from 'node:crypto'
import type { Database } from '../storage/database.ts'
import { recordAudit } from './audit.ts'

/** So many ids are named in the event; all rows are kept. */
const NAMED = 100

/**
 * Moves rows that stand beyond the end of the chain to `audit_stray`. No chain has recorded them: an older version or a
 * statement put them there, and the next event cannot take its id. The repair records an event, with a digest of what was
 * moved. Returns how many there were.
 */
export async function repairChain(database: Database, now: number): Promise<number> {
  return database.write('command', async (trx) => {
    // Nobody appends meanwhile.
    const { last_id } = await trx
      .updateTable('audit_chain')
      .set((row) => ({ anchor_id: row.ref('anchor_id') }))
      .returning('last_id')
      .executeTakeFirstOrThrow()
    const rows = await trx.selectFrom('audit_event').selectAll().where('id', '>', last_id).orderBy('id').execute()
    if (rows.length === 0) return 0
    const strays = rows.map((row) => ({ event_id: row.id, moved_at: now, event: JSON.stringify(row) }))
    for (const stray of strays) await trx.insertInto('audit_stray').values(stray).execute()
    await trx.deleteFrom('audit_event').where('id', '>', last_id).execute()
    const detail = {
      events: rows.length,
      ids: rows.slice(0, NAMED).map(({ id }) => id),
      digest: hash('sha256', JSON.stringify(strays.map(({ event }) => event))),
    }
    await recordAudit(trx, { actor: 'system', now }, { action: 'audit.repaired', detail })
    return rows.length
  })
}
