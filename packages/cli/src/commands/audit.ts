import type { paths } from '@ramp/client'
import { command } from '../command.ts'
import { printList } from '../read-list.ts'
import { type Column, when } from '../table.ts'

type Operation = paths['/api/v1/audit-events']['get']
type Query = NonNullable<Operation['parameters']['query']>
type AuditEvent = Operation['responses'][200]['content']['application/json']['items'][number]

const COLUMNS: readonly Column<AuditEvent>[] = [
  { title: 'when', text: ({ at }) => when(at) },
  { title: 'who', text: ({ actor }) => actor?.username ?? '–' },
  { title: 'what', text: ({ action, outcome }) => (outcome === 'refused' ? `${action} (refused)` : action) },
  { title: 'to', text: ({ target }) => (target ? `${target.type} ${target.name ?? target.id}` : '–') },
  { title: 'by', text: ({ credential }) => [credential.type, credential.id].filter(Boolean).join(' ') },
  { title: 'from', text: ({ address }) => address ?? '–' },
]

const audit = command({
  name: 'audit',
  summary: 'Show what happened, newest first',
  options: {
    actor: { value: 'username', summary: 'who did it, by username or account id' },
    action: { value: 'action', summary: 'such as token.revoked, or token. for all that begin so' },
    'target-type': { value: 'type', summary: 'what it was done to: member, group, token, …' },
    'target-id': { value: 'id', summary: 'the id of what it was done to' },
    outcome: { value: 'outcome', values: ['done', 'refused'], summary: 'which ones' },
    from: { value: 'instant', summary: 'from this instant on (2026-01-31T12:00:00Z)' },
    to: { value: 'instant', summary: 'before this instant' },
    limit: { value: 'count', summary: 'how many at most; 50 if absent' },
  },
  async run(context, _args, { limit = '50', ...options }) {
    const client = await context.client()
    const { actor, action, outcome, from, to, 'target-type': targetType, 'target-id': targetId } = options
    const filters = { actor, action, outcome, from, to, targetType, targetId }
    const query = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Query
    await printList(
      context,
      limit,
      (page) => client.GET('/api/v1/audit-events', { params: { query: { ...query, ...page } } }),
      { none: 'No events.', columns: COLUMNS },
    )
  },
})

export const COMMANDS = [audit]
