import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { answerOf, ProblemError, type RampClient } from '@ramp/client'
import { Failure } from './failure.ts'
import { plain, type Terminal } from './terminal.ts'

const CLIENT_ID = 'ramp-cli'
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** RFC 8628 §3.5: how much longer to wait after a `slow_down`. */
const SLOWER_SECONDS = 5

/** What the server takes as the name of a machine. */
const NAME_LENGTH = 60

/**
 * Device authorization (RFC 8628): shows a code and where to enter it, and waits until a person has approved it in a browser,
 * on whatever machine. Gives the token that was made for this one. Throws a `Failure` if it was denied, or too late.
 */
export async function authorizeDevice(terminal: Terminal, client: RampClient): Promise<string> {
  const device = await answerOf(
    client.POST('/oauth2/device_authorization', {
      headers: FORM,
      body: { client_id: CLIENT_ID, device_name: plain(hostname()).slice(0, NAME_LENGTH) },
    }),
  )
  terminal.say(
    `Open ${plain(device.verification_uri)} in a browser and enter the code\n\n  ${terminal.style('bold', plain(device.user_code))}\n\n` +
      `It is good for ${Math.round(device.expires_in / 60)} minutes. Approve it only if you see this machine's name there.`,
  )
  const endsAt = performance.now() + device.expires_in * 1000
  let seconds = device.interval
  while (performance.now() < endsAt) {
    terminal.progress('Waiting for the approval …')
    await delay(seconds * 1000)
    const answer = await poll(client, device.device_code)
    if (typeof answer === 'string') return answer
    if (answer.isTooFast) seconds += SLOWER_SECONDS
  }
  throw new Failure('refused', 'Nobody has approved it in time. (expired_token)')
}

async function poll(client: RampClient, deviceCode: string): Promise<string | { readonly isTooFast: boolean }> {
  const body = { grant_type: DEVICE_GRANT, client_id: CLIENT_ID, device_code: deviceCode }
  try {
    return (await answerOf(client.POST('/oauth2/token', { headers: FORM, body }))).access_token
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (error.code === 'authorization_pending') return { isTooFast: false }
    // No answer now is a reason to ask more rarely, not to give up (RFC 8628 §3.5).
    if (error.code === 'slow_down' || error.status === 0 || error.status >= 500) return { isTooFast: true }
    throw error
  }
}
