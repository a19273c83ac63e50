import { verifyChain } from '../audit/verify-chain.ts'
import type { Config } from '../config.ts'
import { openExisting } from './open-existing.ts'

/**
 * `audit verify`: whether the audit events are those that were recorded, all of them and in their order. Exit code 1, and
 * the first that is not, if they aren't. Changes nothing, and works while servers run.
 */
export async function audit(config: Config, [what, ...rest]: readonly string[]): Promise<void> {
  if (what !== 'verify' || rest.length > 0) throw new Error('Say what to do: ramp-server audit verify')
  const database = await openExisting(config)
  try {
    const verdict = await verifyChain(database.read)
    if (!verdict.isWhole) {
      process.stdout.write(`Event ${verdict.eventId}: ${verdict.fault}.\n`)
      process.exitCode = 1
      return
    }
    const { events, anchor, head } = verdict
    process.stdout.write(`ok: ${events} events, each as it was recorded.\n`)
    if (anchor.id > 0)
      process.stdout.write(`Retention has removed those up to event ${anchor.id} (${anchor.digest}).\n`)
    process.stdout.write(`Head: event ${head.id}, digest ${head.digest}\n`)
  } finally {
    await database.close()
  }
}
