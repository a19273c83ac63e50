/** The system's keyring, for one server's token: Keychain, Credential Manager, or the Secret Service of a desktop. */
export interface Keyring {
  setPassword(token: string): void
  getPassword(): string | null
  deletePassword(): boolean
}

/**
 * Undefined where there is none: on a server, over ssh, or with `RAMP_KEYRING=off`. On Linux only the Secret Service
 * counts. The kernel's keyring, the library's other choice, forgets at the next start of the machine.
 */
export async function openKeyring(env: NodeJS.ProcessEnv, url: string): Promise<Keyring | undefined> {
  if (env['RAMP_KEYRING'] === 'off') return undefined
  try {
    // An optional dependency of 3 MB with a binary for each system: loaded only if it is asked.
    const { Entry } = await import('@napi-rs/keyring')
    return new Entry('ramp', url, { linux: { store: 'secret-service' } })
  } catch {
    return undefined
  }
}
