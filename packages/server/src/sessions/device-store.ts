import { hash, randomBytes } from 'node:crypto'
import { DAY_MS } from '../core/clock.ts'
import { Secret } from '../core/secret.ts'
import type { Reader, Transaction } from '../storage/database.ts'

/**
 * Browsers that members have signed in with, by the cookie that each sign-in gives them (OWASP's "device cookies";
 * docs/decisions/0031). Only a digest is stored, as of every secret.
 */

/** How long a browser stays trusted after the last sign-in. */
export const DEVICE_TRUST_MS = 90 * DAY_MS

/** Of each account; the one that was used longest ago goes. */
const MOST_DEVICES = 20

/** 256 bits: what the browser holds. */
export function newDeviceSecret(): Secret {
  return new Secret(randomBytes(32).toString('base64url'))
}

const digestOf = (device: Secret) => hash('sha256', device.expose(), 'buffer')

/** The scope in which this browser's attempts at this account are counted; undefined if it never signed in there. */
export async function trustedDevice(
  db: Reader,
  device: Secret,
  usernameKey: string,
  now: number,
): Promise<string | undefined> {
  const digest = digestOf(device)
  const row = await db
    .selectFrom('sign_in_device')
    .innerJoin('account', 'account.id', 'sign_in_device.account_id')
    .select('account_id')
    .where('digest', '=', digest)
    .where('username_key', '=', usernameKey)
    .where('last_at', '>', now - DEVICE_TRUST_MS)
    .executeTakeFirst()
  return row && `device:${row.account_id}:${digest.toString('base64url')}`
}

interface SignedIn {
  readonly former: Secret | undefined
  readonly secret: Secret
  readonly accountId: string
  readonly now: number
}

/**
 * After a right password: the browser is trusted by the new secret, for this account and for those that the former one
 * was trusted for. The former secret ends, so nobody can plant one of theirs in another's browser.
 */
export async function rememberDevice(trx: Transaction, { former, secret, accountId, now }: SignedIn): Promise<void> {
  const digest = digestOf(secret)
  if (former) await trx.updateTable('sign_in_device').set({ digest }).where('digest', '=', digestOf(former)).execute()
  await trx
    .insertInto('sign_in_device')
    .values({ digest, account_id: accountId, last_at: now })
    .onConflict((conflict) => conflict.columns(['account_id', 'digest']).doUpdateSet({ last_at: now }))
    .execute()
  await trx
    .deleteFrom('sign_in_device')
    .where('account_id', '=', accountId)
    .where('digest', 'not in', (devices) =>
      devices
        .selectFrom('sign_in_device')
        .select('digest')
        .where('account_id', '=', accountId)
        .orderBy('last_at', 'desc')
        .orderBy('digest')
        .limit(MOST_DEVICES),
    )
    .execute()
}

/** For a password that is reset on suspicion: what signed in with the former one is a stranger again. */
export async function forgetDevices(trx: Transaction, accountId: string): Promise<void> {
  await trx.deleteFrom('sign_in_device').where('account_id', '=', accountId).execute()
}

/** Removes those that are no longer trusted; nothing depends on when this runs. */
export async function deleteOldDevices(trx: Transaction, now: number): Promise<void> {
  await trx
    .deleteFrom('sign_in_device')
    .where('last_at', '<=', now - DEVICE_TRUST_MS)
    .execute()
}
