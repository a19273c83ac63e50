import { isIPv6 } from 'node:net'
import { sql } from 'kysely'
import { MINUTE_MS } from '../core/clock.ts'
import type { Transaction } from '../storage/database.ts'

/** Guessing is counted in the database, in windows of this length: the limit is the same for any number of processes. */
export const WINDOW_MS = 15 * MINUTE_MS

export interface Counted {
  readonly failures: number
  readonly windowStartedAt: number
  /** Whether it is on record already that somebody was turned away in this window. */
  readonly isRecorded: boolean
}

/** Counts one more attempt for a scope, such as `address:192.0.2.1`. Whoever turns it away rolls the count back with it. */
export async function countAttemptFor(trx: Transaction, scope: string, now: number): Promise<Counted> {
  // The row is locked by the upsert, so attempts at once are counted one after the other.
  const { rows } = await sql<{ failures: number; window_started_at: number; refusal_recorded_at: number | null }>`
    INSERT INTO sign_in_failure AS stored (scope, window_started_at, failures) VALUES (${scope}, ${now}, 1)
    ON CONFLICT (scope) DO UPDATE SET
      failures = CASE WHEN stored.window_started_at <= ${now - WINDOW_MS} THEN 1 ELSE stored.failures + 1 END,
      window_started_at = CASE WHEN stored.window_started_at <= ${now - WINDOW_MS} THEN excluded.window_started_at
        ELSE stored.window_started_at END,
      refusal_recorded_at = CASE WHEN stored.window_started_at <= ${now - WINDOW_MS} THEN NULL
        ELSE stored.refusal_recorded_at END
    RETURNING failures, window_started_at, refusal_recorded_at`.execute(trx)
  const row = rows[0] as (typeof rows)[number]
  return {
    failures: row.failures,
    windowStartedAt: row.window_started_at,
    isRecorded: row.refusal_recorded_at !== null,
  }
}

/** After an attempt that was right: takes it back, or forgives all of the scope. */
export async function takeBackAttempt(trx: Transaction, scope: string, isForgiven = false): Promise<void> {
  await trx
    .updateTable('sign_in_failure')
    .set((row) => ({ failures: isForgiven ? 0 : row('failures', '-', 1) }))
    .where('scope', '=', scope)
    .where('failures', '>', 0)
    .execute()
}

/** When the window is over that began then, in seconds from now: for `Retry-After`. */
export function freeInSeconds(windowStartedAt: number, now: number): string {
  return String(Math.ceil((windowStartedAt + WINDOW_MS - now) / 1000))
}

/** An IPv6 customer has a whole /64 to pick addresses from, so that counts as one address. */
export function network(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':')
  const missing = 8 - groups.length - (address.includes('::') ? tail.split(':').length : 0)
  const full = address.includes('::')
    ? [...groups, ...Array<string>(Math.max(missing, 0)).fill('0'), ...tail.split(':')]
    : groups
  return `${full
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')}::/64`
}
