import { removeOldEvents } from './audit/remove-old-events.ts'
import { HOUR_MS } from './core/clock.ts'
import { deleteEndedDeviceAuthorizations } from './oauth/device-authorization-store.ts'
import { enforcePolicy } from './policy/enforce-policy.ts'
import type { Services } from './services.ts'
import { deleteEndedSessions } from './sessions/session-store.ts'
import { deleteOldAttempts } from './sessions/sign-in-limits.ts'
import type { Transaction } from './storage/database.ts'
import { deleteEndedAccessTokens } from './tokens/access-token-store.ts'
import { deleteOldDays } from './tokens/token-activity.ts'
import type { Line } from './workers/line.ts'

/** Nothing waits for any of this: it keeps tables from growing for ever, and tokens in line with the policy. */
export const MAINTENANCE_INTERVAL_MS = HOUR_MS

/**
 * How many authorization changes stay listed. A verifier that is further behind forgets all that it cached, which is
 * correct, only slower.
 */
const KEPT_CHANGES = 100_000

/**
 * Clears away, hourly, what has no more use. Of several workers the primary asks one to; several nodes on one database
 * all do, which is wasteful and not wrong. Returns a function that stops it.
 */
export function startMaintenance(
  services: Services,
  auditRetentionDays: number | null,
  onFailure: (error: unknown) => void,
  primary?: Line,
): () => Promise<void> {
  const { database, clock } = services
  let running: Promise<unknown> = Promise.resolve()
  const maintain = () => {
    running = database
      .write('maintenance', async (trx) => {
        const now = clock()
        await deleteEndedSessions(trx, now)
        await deleteOldAttempts(trx, now)
        await forgetOldChanges(trx)
        await deleteOldDays(trx, now)
        await deleteEndedDeviceAuthorizations(trx, now - HOUR_MS)
        await deleteEndedAccessTokens(trx, now)
      })
      // What has come out of line since, and what an interrupted change of the policy has left.
      .then(() => enforcePolicy(services, { actor: 'system', now: clock() }))
      .then(async () => {
        if (auditRetentionDays !== null) await removeOldEvents(database, auditRetentionDays, clock())
      })
      .catch(onFailure)
  }
  const timer = primary ? undefined : setInterval(maintain, MAINTENANCE_INTERVAL_MS).unref()
  primary?.answer('maintain', maintain)
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
