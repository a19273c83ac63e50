import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { recordAudit } from '../audit/audit.ts'
import type { Sighting } from '../storage/sqlite/witness.ts'
import type { SqliteDatabase } from '../storage/sqlite.ts'
import { endAgain } from './ended-since.ts'
import type { RestorePlan } from './plan-restore.ts'

/**
 * Makes an older state the database from now on, in one transaction: ends what the operator chose, begins a new generation,
 * and moves the count of authorization changes beyond every number that was given out, so that every verifier drops what
 * it has. Returns what the servers have to remember.
 */
export async function applyRestore(
  database: SqliteDatabase,
  { missing, ended, endsAgain, endedTokens, leastEpoch }: RestorePlan,
  now: number,
): Promise<Sighting> {
  const generation = randomInt(1, 2 ** 31)
  const epoch = leastEpoch + 1
  await database.write('command', async (trx) => {
    if (endsAgain) endAgain(database.writer)
    if (endedTokens !== undefined) {
      for (const id of endedTokens)
        database.writer
          .prepare(`UPDATE token SET revoked_at = ?, name_released_at = coalesce(name_released_at, ?)
            WHERE id = ? AND revoked_at IS NULL`)
          .run(now, now, id)
      await trx.deleteFrom('session').execute()
    }
    await sql`DELETE FROM verifier`.execute(trx)
    await trx.updateTable('database_generation').set({ generation }).execute()
    await sql.raw(`PRAGMA user_version = ${generation}`).execute(trx)
    await trx.updateTable('authz_clock').set({ epoch }).execute()
    await trx.insertInto('authz_change').values({ epoch, subject: '*' }).execute()
    await recordAudit(
      trx,
      { actor: 'system', now },
      {
        action: 'database.restored',
        detail: {
          missingFrom: new Date(missing.from).toISOString(),
          missingUntil: new Date(missing.until).toISOString(),
          endedAgain: endsAgain ? countsOf(ended) : null,
          leftActive: endsAgain ? null : countsOf(ended),
          endedTokens: endedTokens?.length ?? null,
          generation,
          epoch,
        },
      },
    )
  })
  const head = await database.read.selectFrom('audit_chain').selectAll().executeTakeFirstOrThrow()
  return { generation, epoch, eventId: head.last_id, eventDigest: head.last_digest, fileEventId: 0, at: now }
}

const countsOf = (ended: RestorePlan['ended']) =>
  Object.fromEntries(Object.entries(ended).map(([what, names]) => [what, names.length]))
