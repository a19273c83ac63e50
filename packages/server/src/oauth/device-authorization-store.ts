import type { Reader, Transaction } from '../storage/database.ts'
import type { DeviceAuthorizationTable } from '../storage/tables.ts'
import type { DeviceAuthorization } from './device-authorization.ts'

interface NewDeviceAuthorization
  extends Pick<
    DeviceAuthorization,
    'id' | 'deviceName' | 'permissions' | 'address' | 'client' | 'createdAt' | 'expiresAt' | 'intervalMs'
  > {
  readonly deviceDigest: Uint8Array
  readonly userDigest: Uint8Array
}

export async function insertDeviceAuthorization(trx: Transaction, device: NewDeviceAuthorization): Promise<void> {
  await trx
    .insertInto('device_authorization')
    .values({
      id: device.id,
      device_digest: device.deviceDigest,
      user_digest: device.userDigest,
      device_name: device.deviceName,
      permissions: device.permissions === null ? null : JSON.stringify(device.permissions),
      address: device.address,
      client: device.client,
      created_at: device.createdAt,
      expires_at: device.expiresAt,
      interval_ms: device.intervalMs,
      polled_at: null,
      decided_by: null,
      decided_in: null,
      approved_at: null,
      denied_at: null,
      redeemed_at: null,
    })
    .execute()
}

export function findByUserCode(db: Reader, digest: Uint8Array): Promise<DeviceAuthorization | undefined> {
  return find(db, 'user_digest', digest)
}

export function findByDeviceCode(db: Reader, digest: Uint8Array): Promise<DeviceAuthorization | undefined> {
  return find(db, 'device_digest', digest)
}

async function find(db: Reader, column: 'user_digest' | 'device_digest', digest: Uint8Array) {
  const row = await db.selectFrom('device_authorization').selectAll().where(column, '=', digest).executeTakeFirst()
  return row && toDeviceAuthorization(row)
}

function toDeviceAuthorization(row: DeviceAuthorizationTable): DeviceAuthorization {
  return {
    id: row.id,
    deviceName: row.device_name,
    permissions: row.permissions === null ? null : (JSON.parse(row.permissions) as string[]),
    address: row.address,
    client: row.client,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    intervalMs: row.interval_ms,
    polledAt: row.polled_at,
    decidedBy: row.decided_by,
    decidedIn: row.decided_in,
    approvedAt: row.approved_at,
    deniedAt: row.denied_at,
    redeemedAt: row.redeemed_at,
  }
}

interface Decision {
  readonly isApproved: boolean
  readonly by: string
  readonly sessionId: string
  readonly now: number
}

/** Approves or denies it; false if that was done already. */
export async function setDecided(trx: Transaction, id: string, { isApproved, by, sessionId, now }: Decision) {
  const result = await trx
    .updateTable('device_authorization')
    .set({ decided_by: by, decided_in: sessionId, ...(isApproved ? { approved_at: now } : { denied_at: now }) })
    .where('id', '=', id)
    .where('decided_by', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function notePoll(trx: Transaction, id: string, intervalMs: number, now: number): Promise<void> {
  await trx
    .updateTable('device_authorization')
    .set({ polled_at: now, interval_ms: intervalMs })
    .where('id', '=', id)
    .execute()
}

/** Uses it up; false if somebody was faster. */
export async function setRedeemed(trx: Transaction, id: string, now: number): Promise<boolean> {
  const result = await trx
    .updateTable('device_authorization')
    .set({ redeemed_at: now })
    .where('id', '=', id)
    .where('redeemed_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Removes what ended before an instant; nothing depends on when this runs. */
export async function deleteEndedDeviceAuthorizations(trx: Transaction, before: number): Promise<void> {
  await trx.deleteFrom('device_authorization').where('expires_at', '<=', before).execute()
}
