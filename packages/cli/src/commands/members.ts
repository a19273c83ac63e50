import { answerOf, type paths } from '@ramp/client'
import { type Context, command } from '../command.ts'
import { findMember } from '../find-by-name.ts'
import { readSecret } from '../prompt.ts'
import { LIMIT, printList } from '../read-list.ts'
import { type Column, facts, list, when } from '../table.ts'
import { instant } from '../tokens.ts'

type Member = paths['/api/v1/members/{id}']['get']['responses'][200]['content']['application/json']

const MEMBER = { member: { summary: 'username or id' } }

const COLUMNS: readonly Column<Member>[] = [
  { title: 'username', text: ({ username }) => username },
  { title: 'name', text: ({ displayName }) => displayName },
  { title: 'email', text: ({ email }) => email },
  { title: 'status', text: ({ status }) => status },
  { title: 'roles', text: ({ roles }) => list(roles) },
  { title: 'tokens', text: ({ activeTokens }) => String(activeTokens) },
  { title: 'last sign-in', text: ({ lastSignInAt }) => when(lastSignInAt) },
]

const listMembers = command({
  name: 'members list',
  summary: 'List members',
  options: {
    status: { value: 'status', values: ['active', 'deactivated', 'all'], summary: 'which ones; all if absent' },
    search: { value: 'text', summary: 'part of the username, the name or the email address' },
    role: { value: 'role', summary: 'who has it, directly or by a group' },
    limit: LIMIT,
  },
  async run(context, _args, { status, search, role, limit }) {
    const client = await context.client()
    const query = {
      ...(status && { status: status as Member['status'] | 'all' }),
      ...(search && { q: search }),
      ...(role && { role }),
    }
    await printList(
      context,
      limit,
      (page) => client.GET('/api/v1/members', { params: { query: { ...query, ...page } } }),
      { none: 'No members.', columns: COLUMNS },
    )
  },
})

const showMember = command({
  name: 'members show',
  summary: 'Show a member',
  arguments: MEMBER,
  async run(context, { member }) {
    const client = await context.client()
    const id = await findMember(client, member)
    print(context, await answerOf(client.GET('/api/v1/members/{id}', { params: { path: { id } } })))
  },
})

const createMember = command({
  name: 'members create',
  summary: 'Create a member',
  description:
    'The initial password is asked for, or read from standard input; it has to be changed at the first sign-in.',
  options: {
    username: { value: 'username', isRequired: true, summary: 'unique, whatever the case' },
    email: { value: 'email', isRequired: true, summary: 'unique' },
    'first-name': { value: 'name', isRequired: true, summary: 'or the only one' },
    'last-name': { value: 'name', summary: 'absent: none' },
    role: { value: 'role', isMany: true, summary: 'a role to give' },
  },
  async run(context, _args, { username, email, 'first-name': firstName, 'last-name': lastName = '', role }) {
    const client = await context.client()
    const password = await readSecret(context.terminal, 'Initial password')
    const body = { username, email, firstName, lastName, password, roles: [...role] }
    print(context, await answerOf(client.POST('/api/v1/members', { body })))
  },
})

const setStatus = (verb: string, status: Member['status'], summary: string) =>
  command({
    name: `members ${verb}`,
    summary,
    arguments: MEMBER,
    async run(context, { member }) {
      const client = await context.client()
      const path = { id: await findMember(client, member) }
      print(context, await answerOf(client.PATCH('/api/v1/members/{id}', { params: { path }, body: { status } })))
    },
  })

function print(context: Context, member: Member): void {
  const { groups, inheritedRoles } = member
  context.print(member, () =>
    facts(context.terminal, {
      id: member.id,
      username: member.username,
      name: member.displayName,
      email: member.email,
      status: member.status,
      created: instant(member.createdAt),
      'last sign-in': instant(member.lastSignInAt),
      roles: list(member.roles),
      'by groups': list(inheritedRoles.map(({ role, through }) => `${role} (${through.join(' → ')})`)),
      groups: list(groups.map(({ name }) => name)),
      'active tokens': String(member.activeTokens),
    }),
  )
}

export const COMMANDS = [
  listMembers,
  showMember,
  createMember,
  setStatus('deactivate', 'deactivated', 'Deactivate a member: sessions end and tokens stop, at once'),
  setStatus('reactivate', 'active', 'Reactivate a member; what becomes of the tokens, the policy says'),
]
