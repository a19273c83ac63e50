import { answerOf, createRampClient, type paths, type RampClient } from '@ramp/client'
import { readSaved } from './credentials/credentials-file.ts'
import { savedToken } from './credentials/saved-token.ts'
import { Failure } from './failure.ts'
import { DEFAULT_URL, parseServerAddress } from './server-address.ts'
import { readToken, type TokenText } from './token-text.ts'
import { VERSION } from './version.ts'

/** Which server is meant: `--url`, `RAMP_URL`, the one signed in to last, or the one on this machine. */
export function serverAddress(env: NodeJS.ProcessEnv, option: string | undefined): string {
  if (option) return parseServerAddress(option, '--url')
  if (env['RAMP_URL']) return parseServerAddress(env['RAMP_URL'], 'RAMP_URL')
  return readSaved(env).current ?? DEFAULT_URL
}

export interface Credential {
  readonly token: TokenText
  /** Whether it is one that `ramp login` saved, rather than `RAMP_TOKEN`. */
  readonly isSaved: boolean
}

/** The credential for that server and no other: `RAMP_TOKEN`, or the saved one. */
export async function findCredential(env: NodeJS.ProcessEnv, url: string): Promise<Credential | undefined> {
  const given = env['RAMP_TOKEN']?.trim()
  if (given) {
    const token = readToken(given)
    if (token === undefined) throw new Failure('usage', 'RAMP_TOKEN is not a token: mistyped, or cut off?')
    return { token, isSaved: false }
  }
  const saved = await savedToken(env, readSaved(env), url)
  if (saved === undefined) return undefined
  const token = readToken(saved)
  if (token === undefined) throw new Failure('here', `What is saved for ${url} is not a token: run "ramp login".`)
  return { token, isSaved: true }
}

/** The API, by this token or without a credential. */
export function clientFor(url: string, token?: string, headers: Readonly<Record<string, string>> = {}): RampClient {
  return createRampClient({
    url,
    token,
    // Shown as what the token was last used by.
    headers: { 'user-agent': `ramp/${VERSION}`, ...headers },
    // A redirect would carry a password on to wherever it leads.
    redirect: 'manual',
  })
}

export type Me = paths['/api/v1/me']['get']['responses'][200]['content']['application/json']

/** Who a credential is. Throws a `Failure` if something else than RAMP answers, too. */
export async function readMe(url: string, client: RampClient): Promise<Me> {
  const me = await answerOf(client.GET('/api/v1/me'))
  if (typeof me?.account?.username === 'string') return me
  throw new Failure('noAnswer', `${url} answers, and is not RAMP: another server?`)
}
