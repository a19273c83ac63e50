import type { Database } from '../storage/database.ts'
import type { TokenVerifier } from '../verification/token-verifier.ts'
import { FAULTS, type Fault } from './check.ts'
import { databaseProbe } from './database-probe.ts'

/** An answer is shared by everybody who asks within this time: load balancers ask each node every second, and in numbers. */
const SHARED_MS = 1000

/** Who asks waits no longer than this for a look that hangs. */
const PATIENCE_MS = 150

/** Without a lease for longer than this, something else is wrong than a connection that broke. */
const LEASE_LOST_MS = 10_000

export interface Readiness {
  /** What is wrong now; nothing: the server is ready. Takes less than 200 ms, whatever hangs. */
  check(): Promise<readonly Fault[]>
  /** From now on the server is not ready: it is about to stop. */
  stop(): void
  close(): Promise<void>
}

export function createReadiness(database: Database, verifier: Pick<TokenVerifier, 'freshness'>): Readiness {
  const probe = databaseProbe(database)
  const lease = leaseWatch(database, verifier)
  let latest: { readonly at: number; readonly faults: readonly Fault[] } | undefined
  let looking: Promise<readonly Fault[]> | undefined
  let isStopping = false

  async function look(): Promise<readonly Fault[]> {
    const faults = await probe.look()
    latest = { at: performance.now(), faults }
    return faults
  }

  async function checkDatabase(): Promise<readonly Fault[]> {
    if (latest !== undefined && performance.now() - latest.at < SHARED_MS) return latest.faults
    looking ??= look().finally(() => {
      looking = undefined
    })
    const { promise: impatience, resolve } = Promise.withResolvers<readonly Fault[]>()
    const timer = setTimeout(resolve, PATIENCE_MS, [FAULTS.no_answer])
    try {
      return await Promise.race([looking, impatience])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async check() {
      const faults = [...(await checkDatabase()), ...lease.faults()]
      return isStopping ? [FAULTS.stopping, ...faults] : faults
    },
    stop() {
      isStopping = true
    },
    async close() {
      lease.close()
      await probe.close()
    },
  }
}

/** SQLite needs no lease. */
function leaseWatch(database: Database, verifier: Pick<TokenVerifier, 'freshness'>) {
  if (database.engine === 'sqlite') return { faults: () => [], close() {} }
  let heldAt = performance.now()
  const timer = setInterval(() => {
    if (verifier.freshness().leaseMs > 0) heldAt = performance.now()
  }, SHARED_MS).unref()
  return {
    faults(): readonly Fault[] {
      const isHeld = verifier.freshness().leaseMs > 0
      return isHeld || performance.now() - heldAt < LEASE_LOST_MS ? [] : [FAULTS.lease_lost]
    },
    close: () => clearInterval(timer),
  }
}
