import { answerOf, type RampClient } from '@ramp/client'
import { type Context, command } from '../command.ts'
import { forgetToken, saveToken } from '../credentials/saved-token.ts'
import { LIMIT, printList } from '../read-list.ts'
import { inSession } from '../session.ts'
import * as tokens from '../tokens.ts'

const ID = { id: { summary: 'its id, as "ramp tokens list" shows it' } }
const USERNAME = { value: 'username', summary: 'who signs in for this; else the owner of the credential' }

const listTokens = command({
  name: 'tokens list',
  summary: 'List your personal access tokens',
  options: { ...tokens.TOKEN_FILTERS, limit: LIMIT },
  async run(context, _args, { limit, ...filters }) {
    const client = await context.client()
    await printList(
      context,
      limit,
      (page) => client.GET('/api/v1/tokens', { params: { query: { ...tokens.tokenQuery(filters), ...page } } }),
      { none: 'No tokens.', columns: tokens.TOKEN_COLUMNS },
    )
  },
})

const showToken = command({
  name: 'tokens show',
  summary: 'Show one of your tokens',
  arguments: ID,
  async run(context, { id }) {
    const params = { path: { id: tokens.parseTokenId(id) } }
    const token = await answerOf((await context.client()).GET('/api/v1/tokens/{id}', { params }))
    context.print(token, () => tokens.describeToken(context, token))
  },
})

const createToken = command({
  name: 'tokens create',
  summary: 'Make a personal access token',
  description:
    'A token cannot make tokens, so this asks for your password (or reads it from standard input), opens a session and ends it. ' +
    'The secret is printed on standard output, once.',
  options: { ...tokens.NEW_TOKEN, username: USERNAME },
  async run(context, _args, { username, ...options }) {
    const body = tokens.newToken(options)
    const created = await inSession({ ...context, url: context.url(), username }, (client) =>
      answerOf(client.POST('/api/v1/tokens', { body })),
    )
    tokens.printCreated(context, created)
  },
})

const rotateToken = command({
  name: 'tokens rotate',
  summary: 'Give a token a new secret',
  description:
    'A token rotates itself without more, and if it is the one that "ramp login" saved, the new secret takes its place and is not printed. ' +
    'For any other this asks for your password.',
  arguments: ID,
  options: { ...tokens.ROTATION, username: USERNAME },
  async run(context, args, { username, ...options }) {
    const id = tokens.parseTokenId(args.id)
    const body = tokens.rotation(options)
    const rotate = (client: RampClient) =>
      answerOf(client.POST('/api/v1/tokens/{id}/rotate', { params: { path: { id } }, body }))
    const credential = await context.credential()
    if (credential.token.id !== id) {
      const rotated = await inSession({ ...context, url: context.url(), username }, rotate)
      return tokens.printCreated(context, rotated)
    }
    const rotated = await rotate(await context.client())
    if (!credential.isSaved) return tokens.printCreated(context, rotated)
    await replaceSaved(context, rotated)
  },
})

/** The new secret of the credential that is used here. If it cannot be kept, whoever called has it on the screen. */
async function replaceSaved(context: Context, rotated: tokens.CreatedToken): Promise<void> {
  try {
    const place = await saveToken(context.env, context.url(), rotated.secret)
    context.terminal.say(`The new secret is saved ${place}.`)
  } catch (error) {
    tokens.printCreated(context, rotated)
    throw error
  }
  if (context.isJson) context.print(rotated, () => '')
}

const revokeToken = command({
  name: 'tokens revoke',
  summary: 'Revoke one of your tokens, at once',
  arguments: ID,
  async run(context, args) {
    const id = tokens.parseTokenId(args.id)
    const credential = await context.credential()
    await answerOf((await context.client()).DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }))
    context.terminal.say('Revoked: the next call with it is refused.')
    if (credential.isSaved && credential.token.id === id) await forgetToken(context.env, context.url())
  },
})

export const COMMANDS = [listTokens, showToken, createToken, rotateToken, revokeToken]
