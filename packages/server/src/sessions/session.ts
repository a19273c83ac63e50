import { hash, randomBytes } from 'node:crypto'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/clock.ts'
import { Secret } from '../core/secret.ts'

/** A person signed in with a browser. The cookie's value is never stored, only its digest. */
export interface StoredSession {
  readonly id: string
  readonly accountId: string
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly mustChangePassword: boolean
}

/** A session as its person sees it. Instants are epoch milliseconds. */
export interface OpenSession {
  readonly id: string
  readonly createdAt: number
  /** Up to a minute behind: see {@link SESSION_TOUCH_MS}. */
  readonly lastSeenAt: number
  /** When it ends at the latest. */
  readonly expiresAt: number
  /** Where the sign-in came from, and by what browser. */
  readonly address: string
  readonly client: string | null
}

/** A session ends this long after the sign-in, whatever happens. */
export const SESSION_LIFETIME_MS = 7 * DAY_MS

/** … and this long after its last request. */
export const SESSION_IDLE_MS = 12 * HOUR_MS

/** "Last seen" is written at most this often: the idle limit is far coarser. */
export const SESSION_TOUCH_MS = MINUTE_MS

/** 256 bits: what the browser holds. */
export function newSessionSecret(): Secret {
  return new Secret(randomBytes(32).toString('base64url'))
}

export function sessionDigest(secret: Secret): Uint8Array {
  return hash('sha256', secret.expose(), 'buffer')
}

/** Whether a session still counts at `now`. */
export function isSessionAlive(session: StoredSession, now: number): boolean {
  return now < session.expiresAt && now < session.lastSeenAt + SESSION_IDLE_MS
}
