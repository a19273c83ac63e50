import { hash, randomBytes } from 'node:crypto'
import { MINUTE_MS, SECOND_MS } from '../core/clock.ts'
import { Secret } from '../core/secret.ts'
import type { Policy } from '../policy/policy.ts'
import { latestEnd, nearestAllowedEnd } from '../policy/policy.ts'

/** Its grant type at `/oauth2/token`. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** The one client of the device grant: the command line. Public, so it has no secret, and anybody may call themselves so. */
export const CLI_CLIENT_ID = 'ramp-cli'

/** Long enough to find the browser and sign in, short enough that a code in a letter is dead on arrival. */
export const DEVICE_CODE_LIFETIME_MS = 10 * MINUTE_MS

/** How long a program waits between two polls, and how much longer after each that came too early (RFC 8628 §3.5). */
export const POLL_INTERVAL_MS = 5 * SECOND_MS

/** What a network may make of an interval that the program kept. */
const POLL_TOLERANCE_MS = SECOND_MS

/** A program that asks for a token of whoever approves. Instants are epoch milliseconds. */
export interface DeviceAuthorization {
  readonly id: string
  /** What the program calls the machine it runs on: unchecked, anybody's text. */
  readonly deviceName: string
  /** What it asks for; null: all that whoever approves may do. */
  readonly permissions: readonly string[] | null
  /** Where it was asked from, and by what. */
  readonly address: string
  readonly client: string | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly intervalMs: number
  readonly polledAt: number | null
  readonly decidedBy: string | null
  readonly decidedIn: string | null
  readonly approvedAt: number | null
  readonly deniedAt: number | null
  readonly redeemedAt: number | null
}

export type DeviceStatus = 'pending' | 'approved' | 'denied' | 'redeemed' | 'expired'

/** What is decided stays so until the end; after it, only that it has ended counts. */
export function deviceStatus(device: DeviceAuthorization, now: number): DeviceStatus {
  if (device.redeemedAt !== null) return 'redeemed'
  if (now >= device.expiresAt) return 'expired'
  if (device.deniedAt !== null) return 'denied'
  return device.approvedAt === null ? 'pending' : 'approved'
}

export function isPolledTooSoon({ polledAt, intervalMs }: DeviceAuthorization, now: number): boolean {
  return polledAt !== null && now < polledAt + intervalMs - POLL_TOLERANCE_MS
}

/** 256 bits: what the program holds. */
export function newDeviceCode(): Secret {
  return new Secret(randomBytes(32).toString('base64url'))
}

/** What is stored of a code. */
export function codeDigest(code: Secret): Uint8Array {
  return hash('sha256', code.expose(), 'buffer')
}

/** As long as the form for new tokens preselects. */
const USUAL_DAYS = 30

/** When the token will end that comes of an approval: after the policy's preset, or the usual time as far as it is allowed. */
export function deviceTokenEnd({ pat }: Policy, now: number): number | null {
  return nearestAllowedEnd(latestEnd(now, pat.defaultLifetimeDays ?? USUAL_DAYS), pat, now)
}
