import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { recordAudit } from '../audit/audit.ts'
import { openDatabase } from '../storage/open-database.ts'
import { decide } from './decide.ts'
import { describeFindings, type Findings } from './plan-restore.ts'
import type { RestoreOptions } from './restore-options.ts'

/**
 * Accepts a PostgreSQL database that was loaded from a dump, or restored to an earlier time: begins a new generation, and moves the count of
 * authorization changes on. Nothing there tells what had ended, so the operator ends everything or leaves it.
 */
export async function acceptPostgres(url: string, options: RestoreOptions, say: (text: string) => void): Promise<void> {
  if (options.backup !== undefined || options.compare !== undefined)
    throw new Error('On PostgreSQL, restore with its own tools, then run "ramp-server restore --accept".')
  const database = openDatabase(url)
  try {
    await database.migrate()
    const now = Date.now()
    const last = await database.read
      .selectFrom('audit_event')
      .select((event) => event.fn.max<number | null>('at').as('at'))
      .executeTakeFirst()
    const gap = { from: last?.at ?? now, until: now }
    const tokens = await database.read.selectFrom('token').select('id').where('revoked_at', 'is', null).execute()
    const findings: Findings = { former: 'nothing', ended: {}, usedSince: tokens.map(({ id }) => id) }
    say(describeFindings(findings, gap))
    if (options.isDryRun) return
    const { endedTokens } = await decide(findings, options)
    await database.write('command', async (trx) => {
      if (endedTokens !== undefined) {
        await sql`UPDATE token SET revoked_at = ${now}, name_released_at = coalesce(name_released_at, ${now})
          WHERE revoked_at IS NULL`.execute(trx)
        await trx.deleteFrom('session').execute()
      }
      const generation = randomInt(1, 2 ** 31)
      await sql`UPDATE database_generation
        SET generation = ${generation}, written_by = pg_current_xact_id()::xid::text`.execute(trx)
      const { rows } = await sql<{ epoch: number }>`UPDATE authz_clock
        SET epoch = greatest(epoch, ${Math.floor(now / 1000)}) + 1 RETURNING epoch`.execute(trx)
      const epoch = rows[0]?.epoch ?? 0
      await trx.insertInto('authz_change').values({ epoch, subject: '*' }).execute()
      await recordAudit(
        trx,
        { actor: 'system', now },
        {
          action: 'database.restored',
          detail: {
            missingFrom: new Date(gap.from).toISOString(),
            missingUntil: new Date(gap.until).toISOString(),
            endedTokens: endedTokens?.length ?? null,
            generation,
            epoch,
          },
        },
      )
    })
    say('The database is accepted: servers can start.\n')
  } finally {
    await database.close()
  }
}
