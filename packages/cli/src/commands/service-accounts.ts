import { answerOf, type paths } from '@ramp/client'
import { command } from '../command.ts'
import { findServiceAccount } from '../find-by-name.ts'
import { LIMIT, printList } from '../read-list.ts'
import { type Column, facts, list, when } from '../table.ts'
import * as tokens from '../tokens.ts'

type ServiceAccount =
  paths['/api/v1/service-accounts']['get']['responses'][200]['content']['application/json']['items'][number]

const ACCOUNT = { account: { summary: 'name or id of the service account' } }
const TOKEN = { ...ACCOUNT, token: { summary: 'id of the token' } }

const COLUMNS: readonly Column<ServiceAccount>[] = [
  { title: 'name', text: ({ name }) => name },
  { title: 'status', text: ({ status }) => status },
  { title: 'roles', text: ({ roles }) => list(roles) },
  { title: 'tokens', text: ({ activeTokens }) => String(activeTokens) },
  { title: 'last used', text: ({ lastUsedAt }) => when(lastUsedAt) },
  { title: 'ask', text: ({ maintainers }) => list(maintainers.map(({ username }) => username)) },
]

const listAccounts = command({
  name: 'service-accounts list',
  summary: 'List service accounts',
  options: { search: { value: 'text', summary: 'part of the name' }, limit: LIMIT },
  async run(context, _args, { search, limit }) {
    const client = await context.client()
    await printList(
      context,
      limit,
      (page) =>
        client.GET('/api/v1/service-accounts', { params: { query: { ...(search && { q: search }), ...page } } }),
      { none: 'No service accounts.', columns: COLUMNS },
    )
  },
})

const showAccount = command({
  name: 'service-accounts show',
  summary: 'Show a service account',
  arguments: ACCOUNT,
  async run(context, args) {
    const client = await context.client()
    const path = { id: await findServiceAccount(client, args.account) }
    const account = await answerOf(client.GET('/api/v1/service-accounts/{id}', { params: { path } }))
    context.print(account, () =>
      facts(context.terminal, {
        id: account.id,
        name: account.name,
        description: account.description || '–',
        status: account.status,
        created: `${tokens.instant(account.createdAt)}${account.createdBy ? ` by ${account.createdBy}` : ''}`,
        'last used': tokens.instant(account.lastUsedAt),
        roles: list(account.roles),
        'by groups': list(account.inheritedRoles.map(({ role, through }) => `${role} (${through.join(' → ')})`)),
        ask: list(account.maintainers.map(({ username }) => username)),
        'active tokens': String(account.activeTokens),
      }),
    )
  },
})

const createAccount = command({
  name: 'service-accounts create',
  summary: 'Create a service account',
  options: {
    name: { value: 'name', isRequired: true, summary: 'unique among all accounts' },
    description: { value: 'text', summary: 'what it is for' },
  },
  async run(context, _args, { name, description }) {
    const body = { name, ...(description && { description }) }
    const account = await answerOf((await context.client()).POST('/api/v1/service-accounts', { body }))
    context.print(account, ({ id }) => id)
  },
})

const listTokens = command({
  name: 'service-accounts tokens',
  summary: 'List the tokens of a service account',
  arguments: ACCOUNT,
  options: { ...tokens.TOKEN_FILTERS, limit: LIMIT },
  async run(context, { account }, { limit, ...filters }) {
    const client = await context.client()
    const path = { id: await findServiceAccount(client, account) }
    const query = tokens.tokenQuery(filters)
    await printList(
      context,
      limit,
      (page) => client.GET('/api/v1/service-accounts/{id}/tokens', { params: { path, query: { ...query, ...page } } }),
      { none: 'No tokens.', columns: tokens.TOKEN_COLUMNS },
    )
  },
})

const createToken = command({
  name: 'service-accounts create-token',
  summary: 'Make a token for a service account',
  description: 'The secret is printed on standard output, once.',
  arguments: ACCOUNT,
  options: tokens.NEW_TOKEN,
  async run(context, { account }, options) {
    const client = await context.client()
    const body = tokens.newToken(options)
    const path = { id: await findServiceAccount(client, account) }
    tokens.printCreated(
      context,
      await answerOf(client.POST('/api/v1/service-accounts/{id}/tokens', { params: { path }, body })),
    )
  },
})

const rotateToken = command({
  name: 'service-accounts rotate',
  summary: 'Give a token of a service account a new secret',
  description: 'The secret is printed on standard output, once.',
  arguments: TOKEN,
  options: tokens.ROTATION,
  async run(context, { account, token }, options) {
    const client = await context.client()
    const body = tokens.rotation(options)
    const tokenId = tokens.parseTokenId(token)
    const path = { id: await findServiceAccount(client, account), tokenId }
    const url = '/api/v1/service-accounts/{id}/tokens/{tokenId}/rotate'
    tokens.printCreated(context, await answerOf(client.POST(url, { params: { path }, body })))
  },
})

const revokeToken = command({
  name: 'service-accounts revoke',
  summary: 'Revoke a token of a service account, at once',
  arguments: TOKEN,
  async run(context, { account, token }) {
    const client = await context.client()
    const tokenId = tokens.parseTokenId(token)
    const path = { id: await findServiceAccount(client, account), tokenId }
    await answerOf(client.DELETE('/api/v1/service-accounts/{id}/tokens/{tokenId}', { params: { path } }))
    context.terminal.say('Revoked: the next call with it is refused.')
  },
})

export const COMMANDS = [listAccounts, showAccount, createAccount, listTokens, createToken, rotateToken, revokeToken]
