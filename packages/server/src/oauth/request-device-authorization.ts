import type { Context } from '../audit/audit.ts'
import { newId } from '../core/ids.ts'
import type { Secret } from '../core/secret.ts'
import type { Services } from '../services.ts'
import { cleanClient } from '../verification/last-used.ts'
import { countRequest } from './code-limits.ts'
import { codeDigest, DEVICE_CODE_LIFETIME_MS, newDeviceCode, POLL_INTERVAL_MS } from './device-authorization.ts'
import { insertDeviceAuthorization } from './device-authorization-store.ts'
import { newUserCode } from './user-code.ts'

interface DeviceRequest {
  readonly deviceName: string
  readonly permissions: readonly string[] | null
}

/**
 * Begins a device authorization (RFC 8628 §3.1). The codes exist in the answer only. Not recorded in the audit: nobody
 * is known yet, and nothing is given; whoever decides is. Throws `too_many_codes`.
 */
export async function requestDeviceAuthorization(
  { database }: Services,
  { address, client, now }: Context,
  request: DeviceRequest,
): Promise<{ deviceCode: Secret; userCode: Secret }> {
  const deviceCode = newDeviceCode()
  const userCode = newUserCode()
  await database.write('device-request', async (trx) => {
    await countRequest(trx, address, now)
    await insertDeviceAuthorization(trx, {
      ...request,
      id: newId(),
      deviceDigest: codeDigest(deviceCode),
      userDigest: codeDigest(userCode),
      address,
      client: cleanClient(client),
      createdAt: now,
      expiresAt: now + DEVICE_CODE_LIFETIME_MS,
      intervalMs: POLL_INTERVAL_MS,
    })
  })
  return { deviceCode, userCode }
}
