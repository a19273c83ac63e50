import { answerOf, ProblemError } from '@ramp/client'
import { command } from '../command.ts'
import { clientFor } from '../connection.ts'
import { readSaved } from '../credentials/credentials-file.ts'
import { forgetToken, savedToken } from '../credentials/saved-token.ts'
import { readToken } from '../token-text.ts'

const logout = command({
  name: 'logout',
  summary: 'Forget the saved credential',
  description: 'The token itself stays valid, for it may be in use elsewhere, unless it is revoked along with it.',
  options: { revoke: { summary: 'revoke the token at the server, too' } },
  async run({ env, terminal, url: address }, _args, { revoke }) {
    const url = address()
    const saved = readSaved(env)
    if (saved.servers[url] === undefined) return terminal.say(`Not signed in at ${url}.`)
    if (revoke) {
      const token = await savedToken(env, saved, url)
      await revokeToken(url, token)
      await forgetToken(env, url)
      return terminal.say(`Signed out at ${url}, and the token is no longer valid.`)
    }
    const entry = saved.servers[url]
    await forgetToken(env, url)
    const name = 'token' in entry ? readToken(entry.token)?.name : undefined
    terminal.say(`Signed out at ${url}. The token${name ? ` ${name}` : ''} is still valid there.`)
  },
})

/** One that is not accepted any more needs no revocation. */
async function revokeToken(url: string, token: string | undefined): Promise<void> {
  await answerOf(clientFor(url, token).DELETE('/api/v1/tokens/current')).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.status === 401)) throw error
  })
}

export const COMMANDS = [logout]
