import { Failure } from '../failure.ts'
import { credentialsPath, readSaved, type Saved, writeSaved } from './credentials-file.ts'
import { type Keyring, openKeyring } from './keyring.ts'

/** The token saved for a server; undefined if there is none. */
export async function savedToken(env: NodeJS.ProcessEnv, saved: Saved, url: string): Promise<string | undefined> {
  const entry = saved.servers[url]
  if (entry === undefined || 'token' in entry) return entry?.token
  const keyring = await openKeyring(env, url)
  const token = attempt(() => keyring?.getPassword()) ?? undefined
  if (token === undefined) {
    throw new Failure(
      'here',
      `The token for ${url} is in the keyring, which does not give it out here: unlock it, or set RAMP_TOKEN, or run "ramp login".`,
    )
  }
  return token
}

/** Saves a token in the keyring, or else in the file, and makes its server the current one. Says where it is. */
export async function saveToken(env: NodeJS.ProcessEnv, url: string, token: string): Promise<string> {
  const saved = readSaved(env)
  const keyring = await openKeyring(env, url)
  const isInKeyring = keyring !== undefined && attempt(() => keep(keyring, token)) === true
  const entry = isInKeyring ? ({ keyring: true } as const) : { token }
  try {
    writeSaved(env, { current: url, servers: { ...saved.servers, [url]: entry } })
  } catch (error) {
    if (isInKeyring) attempt(() => keyring.deletePassword())
    throw error
  }
  return isInKeyring ? 'in the keyring' : `in ${credentialsPath(env)}`
}

/** Forgets the token of a server, wherever it is. */
export async function forgetToken(env: NodeJS.ProcessEnv, url: string): Promise<void> {
  const saved = readSaved(env)
  const { [url]: entry, ...servers } = saved.servers
  if (entry === undefined) return
  if ('keyring' in entry) {
    const keyring = await openKeyring(env, url)
    if (attempt(() => keyring?.deletePassword()) === undefined) {
      throw new Failure('here', `The token for ${url} is in the keyring, which does not open here: unlock it first.`)
    }
  }
  writeSaved(env, { current: url, servers })
}

function keep(keyring: Keyring, token: string): boolean {
  keyring.setPassword(token)
  return keyring.getPassword() === token
}

/** A keyring throws if it is locked, or if the person in front of it says no. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
