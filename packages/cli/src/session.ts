import { answerOf, type RampClient } from '@ramp/client'
import { clientFor, findCredential, readMe } from './connection.ts'
import { ask, readSecret } from './prompt.ts'
import type { Terminal } from './terminal.ts'

interface Asking {
  readonly terminal: Terminal
  readonly env: NodeJS.ProcessEnv
  readonly url: string
  /** Absent: the owner of the credential there is, or whoever is typed. */
  readonly username: string | undefined
}

/**
 * What a token cannot do takes a session: this asks for the password, opens one for `work`, and ends it, whatever
 * becomes of the work.
 */
export async function inSession<T>(asking: Asking, work: (client: RampClient) => Promise<T>): Promise<T> {
  const { terminal, url } = asking
  const username = asking.username ?? (await ownUsername(asking)) ?? (await ask(terminal, 'Username'))
  const password = await readSecret(terminal, `Password of ${username}`)
  const signIn = clientFor(url).POST('/api/v1/session', { body: { username, password } })
  await answerOf(signIn)
  const { response } = await signIn
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ')
  const client = clientFor(url, undefined, { cookie })
  try {
    return await work(client)
  } finally {
    await client
      .DELETE('/api/v1/session')
      .catch(() => terminal.say('The session could not be ended; it ends by itself.'))
  }
}

async function ownUsername({ env, url }: Asking): Promise<string | undefined> {
  const credential = await findCredential(env, url)
  if (credential === undefined) return undefined
  // An expired one is a reason to make another: whoever it was is asked then.
  const me = await readMe(url, clientFor(url, credential.token.text)).catch(() => undefined)
  return me?.account.kind === 'member' ? me.account.username : undefined
}
