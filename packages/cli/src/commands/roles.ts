import { answerOf, type RampClient } from '@ramp/client'
import { command } from '../command.ts'
import { HOLDER, parseHolder } from '../holder.ts'
import { table } from '../table.ts'

const listRoles = command({
  name: 'roles list',
  summary: 'List the roles of the catalogue',
  async run(context) {
    const { items } = await answerOf((await context.client()).GET('/api/v1/roles'))
    context.print(items, () =>
      table(context.terminal, items, [
        { title: 'role', text: ({ name }) => name },
        { title: 'description', text: ({ description }) => description },
        { title: 'permissions', text: ({ permissions }) => String(permissions.length) },
      ]),
    )
  },
})

const URLS = {
  member: '/api/v1/members/{id}/roles/{role}',
  'service-account': '/api/v1/service-accounts/{id}/roles/{role}',
  group: '/api/v1/groups/{id}/roles/{role}',
} as const

const change = (verb: 'grant' | 'take', summary: string, done: string) =>
  command({
    name: `roles ${verb}`,
    summary,
    arguments: { role: { summary: 'as "ramp roles list" has it' } },
    options: HOLDER,
    async run(context, { role }, options) {
      const client = await context.client()
      const { type, id } = await parseHolder(client, options)
      await answerOf(call(client, verb, URLS[type], { path: { id, role } }))
      context.terminal.say(done)
    },
  })

function call(
  client: RampClient,
  verb: 'grant' | 'take',
  url: (typeof URLS)[keyof typeof URLS],
  params: { path: { id: string; role: string } },
) {
  return verb === 'grant' ? client.PUT(url, { params }) : client.DELETE(url, { params })
}

export const COMMANDS = [
  listRoles,
  change('grant', 'Give a role', 'Given: it counts from the next call on.'),
  change('take', 'Take a role away', 'Taken: it no longer counts from the next call on.'),
]
