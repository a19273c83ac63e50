import { repairChain } from '../audit/repair-chain.ts'
import { verifyChain } from '../audit/verify-chain.ts'
import type { Config } from '../config.ts'
import { toInstant } from '../core/clock.ts'
import type { Database } from '../storage/database.ts'
import { openExisting } from './open-existing.ts'

/**
 * `audit verify`: whether the audit events are those that were recorded, all of them and in their order. Exit code 1, and
 * the first that is not, if they aren't. Changes nothing, and works while servers run.
 *
 * `audit repair`: moves rows away that stop the chain, and leaves an event that says so.
 */
export async function audit(config: Config, [what, ...rest]: readonly string[]): Promise<void> {
  if ((what !== 'verify' && what !== 'repair') || rest.length > 0)
    throw new Error('Say what to do: ramp-server audit verify, or ramp-server audit repair')
  const database = await openExisting(config)
  try {
    await (what === 'verify' ? verify(database) : repair(database))
  } finally {
    await database.close()
  }
}

async function repair(database: Database): Promise<void> {
  const moved = await repairChain(database, Date.now())
  process.stdout.write(
    moved === 0
      ? 'Nothing stops the audit chain.\n'
      : `Moved ${moved} rows from beyond the end of the chain to audit_stray. An audit.repaired event says so.\n`,
  )
}

async function verify({ read }: Database): Promise<void> {
  const verdict = await verifyChain(read)
  if (!verdict.isWhole) {
    process.stdout.write(`Event ${verdict.eventId}: ${verdict.fault}.\n`)
    process.exitCode = 1
    return
  }
  const { events, anchor, head } = verdict
  process.stdout.write(`ok: ${events} events, each as it was recorded.\n`)
  if (anchor.id > 0) process.stdout.write(`Retention has removed those up to event ${anchor.id} (${anchor.digest}).\n`)
  const repairs = await read
    .selectFrom('audit_event')
    .select(['id', 'at', 'detail'])
    .where('action', '=', 'audit.repaired')
    .execute()
  for (const { id, at, detail } of repairs) {
    const { events: moved } = JSON.parse(detail) as { events: number }
    process.stdout.write(`Event ${id} repaired the chain on ${toInstant(at)}: ${moved} rows are in audit_stray.\n`)
  }
  process.stdout.write(`Head: event ${head.id}, digest ${head.digest}\n`)
}
