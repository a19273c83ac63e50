import { answerOf } from '@ramp/client'
import { authorizeDevice } from '../authorize-device.ts'
import { type Context, command } from '../command.ts'
import { clientFor, readMe } from '../connection.ts'
import { readSaved } from '../credentials/credentials-file.ts'
import { savedToken, saveToken } from '../credentials/saved-token.ts'
import { Failure } from '../failure.ts'
import { readSecret } from '../prompt.ts'
import { isReadableOnTheWay } from '../server-address.ts'
import { readToken, type TokenText } from '../token-text.ts'

const login = command({
  name: 'login',
  summary: 'Sign in at a server and keep the credential',
  description:
    'Shows a code, which you approve in a browser; the server then makes a token for this machine. It is kept in the keyring, or in a file ' +
    'that only you can read, and its server becomes the one that commands go to.',
  options: {
    'with-token': { summary: 'instead, paste a token at a prompt, or write it to standard input' },
  },
  async run(context, _args, { 'with-token': isPasted }) {
    const { terminal, env } = context
    const url = context.url()
    if (isReadableOnTheWay(url)) {
      terminal.say(`Careful: ${url} is not https, and what is sent there can be read on the way.`)
    }
    // Before anything is made: a credential that cannot be kept would be lost.
    const saved = readSaved(env)
    const token = isPasted ? await pasted(context) : parse(await authorizeDevice(terminal, clientFor(url)))
    const client = clientFor(url, token.text)
    const me = await readMe(url, client)
    const before = readToken((await savedToken(env, saved, url).catch(() => undefined)) ?? '')
    const place = await saveToken(env, url, token.text).catch(async (error: unknown) => {
      // Made for this machine, which cannot keep it: nobody would ever use it.
      if (!isPasted) await answerOf(client.DELETE('/api/v1/tokens/current')).catch(() => {})
      throw error
    })
    terminal.say(`Signed in at ${url} as ${me.account.username}. The token ${token.name} is saved ${place}.`)
    if (before && before.id !== token.id) terminal.say(`The one before, ${before.name}, is still valid there.`)
    if (env['RAMP_TOKEN']) terminal.say('RAMP_TOKEN is set, and wins over it.')
    if (context.isJson) context.print(me, () => '')
  },
})

const pasted = async ({ terminal }: Context) => parse(await readSecret(terminal, 'Token'))

function parse(text: string): TokenText {
  const token = readToken(text)
  if (token === undefined) throw new Failure('usage', 'That is not a token: mistyped, or cut off?')
  return token
}

export const COMMANDS = [login]
