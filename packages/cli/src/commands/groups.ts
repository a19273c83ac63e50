import { answerOf, type paths } from '@ramp/client'
import { command } from '../command.ts'
import { findGroup } from '../find-by-name.ts'
import { HOLDER, parseHolder } from '../holder.ts'
import { LIMIT, printList } from '../read-list.ts'
import { type Column, facts, list } from '../table.ts'
import { instant } from '../tokens.ts'

type Group = paths['/api/v1/groups']['get']['responses'][200]['content']['application/json']['items'][number]

const GROUP = { group: { summary: 'name or id' } }

const COLUMNS: readonly Column<Group>[] = [
  { title: 'name', text: ({ name }) => name },
  { title: 'accounts', text: ({ memberCount }) => String(memberCount) },
  { title: 'groups', text: ({ groupCount }) => String(groupCount) },
  { title: 'roles', text: ({ roles }) => list(roles) },
  { title: 'description', text: ({ description }) => description },
]

const listGroups = command({
  name: 'groups list',
  summary: 'List groups',
  options: { search: { value: 'text', summary: 'part of the name' }, limit: LIMIT },
  async run(context, _args, { search, limit }) {
    const client = await context.client()
    await printList(
      context,
      limit,
      (page) => client.GET('/api/v1/groups', { params: { query: { ...(search && { q: search }), ...page } } }),
      { none: 'No groups.', columns: COLUMNS },
    )
  },
})

const showGroup = command({
  name: 'groups show',
  summary: 'Show a group, and what being in it gives',
  arguments: GROUP,
  async run(context, { group: name }) {
    const client = await context.client()
    const path = { id: await findGroup(client, name) }
    const group = await answerOf(client.GET('/api/v1/groups/{id}', { params: { path } }))
    context.print(group, () =>
      facts(context.terminal, {
        id: group.id,
        name: group.name,
        description: group.description || '–',
        created: instant(group.createdAt),
        accounts: String(group.memberCount),
        groups: list(group.groups.map((each) => each.name)),
        'member of': list(group.memberOf.map((each) => each.name)),
        roles: list(group.roles),
        gives: list(group.effectiveRoles),
      }),
    )
  },
})

const createGroup = command({
  name: 'groups create',
  summary: 'Create a group',
  options: {
    name: { value: 'name', isRequired: true, summary: 'unique, whatever the case' },
    description: { value: 'text', summary: 'what it is for' },
  },
  async run(context, _args, { name, description }) {
    const body = { name, ...(description && { description }) }
    const group = await answerOf((await context.client()).POST('/api/v1/groups', { body }))
    context.print(group, ({ id }) => id)
  },
})

const change = (verb: 'add' | 'remove', summary: string, done: string) =>
  command({
    name: `groups ${verb}`,
    summary,
    arguments: GROUP,
    options: HOLDER,
    async run(context, { group }, options) {
      const client = await context.client()
      const holder = await parseHolder(client, options)
      const id = await findGroup(client, group)
      if (holder.type === 'group') {
        const params = { path: { id, groupId: holder.id } }
        const url = '/api/v1/groups/{id}/groups/{groupId}'
        await answerOf(verb === 'add' ? client.PUT(url, { params }) : client.DELETE(url, { params }))
      } else {
        const params = { path: { id, accountId: holder.id } }
        const url = '/api/v1/groups/{id}/members/{accountId}'
        await answerOf(verb === 'add' ? client.PUT(url, { params }) : client.DELETE(url, { params }))
      }
      context.terminal.say(done)
    },
  })

export const COMMANDS = [
  listGroups,
  showGroup,
  createGroup,
  change('add', 'Put a member, a service account or a group into a group', 'It is in the group.'),
  change('remove', 'Take a member, a service account or a group out of a group', 'It is not in the group.'),
]
