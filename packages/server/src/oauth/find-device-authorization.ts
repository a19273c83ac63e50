import type { AuthorizedContext } from '../authority/authorized.ts'
import type { SessionActor } from '../core/actor.ts'
import { Problem } from '../core/problem.ts'
import type { Services } from '../services.ts'
import { countGuess, takeBackGuess } from './code-limits.ts'
import { codeDigest, type DeviceAuthorization, deviceStatus } from './device-authorization.ts'
import { findByUserCode } from './device-authorization-store.ts'
import { readUserCode } from './user-code.ts'

/**
 * What is asked for under a code that somebody has typed, as long as nobody has decided. Unknown, expired and used up
 * look alike: which codes there are is not for guessing. Throws `device_authorization_not_found`, `too_many_codes`.
 */
export async function findDeviceAuthorization(
  { database }: Services,
  context: AuthorizedContext,
  { sessionId }: SessionActor,
  typed: string,
): Promise<DeviceAuthorization> {
  const { address, now } = context
  const code = readUserCode(typed)
  const guess = { sessionId, address, now }
  const found = await database.write(context, async (trx) => {
    await countGuess(trx, guess)
    const device = code && (await findByUserCode(trx, codeDigest(code)))
    if (device === undefined || deviceStatus(device, now) !== 'pending') return undefined
    await takeBackGuess(trx, guess)
    return device
  })
  if (found === undefined) throw new Problem('device_authorization_not_found')
  return found
}
