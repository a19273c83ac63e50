import { HOUR_MS } from './core/clock.ts'
import type { Services } from './services.ts'
import { deleteEndedSessions } from './sessions/session-store.ts'
import { deleteOldAttempts } from './sessions/sign-in-limits.ts'
import type { Transaction } from './storage/database.ts'

/** Nothing waits for any of this: it only keeps tables from growing for ever. */
const INTERVAL_MS = HOUR_MS

/**
 * How many authorization changes stay listed. A verifier that is further behind forgets all that it cached, which is
 * correct, only slower.
 */
const KEPT_CHANGES = 100_000

/** Clears away, hourly, what has no more use. Returns a function that stops it. */
export function startMaintenance(
  { database, clock }: Services,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    running = database
      .write(async (trx) => {
        const now = clock()
        await deleteEndedSessions(trx, now)
        await deleteOldAttempts(trx, now)
        await forgetOldChanges(trx)
      })
      .catch(onFailure)
  }, INTERVAL_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

async function forgetOldChanges(trx: Transaction): Promise<void> {
  const { epoch } = await trx.selectFrom('authz_clock').select('epoch').executeTakeFirstOrThrow()
  await trx
    .deleteFrom('authz_change')
    .where('epoch', '<=', epoch - KEPT_CHANGES)
    .execute()
}
