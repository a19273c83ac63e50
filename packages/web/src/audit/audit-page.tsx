import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconDownload, IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { Cards } from '../app/cards.tsx'
import { Empty } from '../app/empty.tsx'
import { countOf, ListPanel } from '../app/list-panel.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { SearchField } from '../app/search-field.tsx'
import { useAddress } from '../app/use-address.ts'
import { useNow } from '../app/use-now.ts'
import { useShortPages } from '../app/use-short-pages.ts'
import { AuditEventCard } from './audit-event-card.tsx'
import { eventsQuery, exportAddress, PAGE_SIZE } from './audit-queries.ts'
import { type AuditSearch, readAuditSearch } from './audit-search.ts'
import { ACTION_GROUPS } from './audit-words.ts'

const OUTCOMES = [
  { value: '', label: 'Done and refused' },
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
] as const

const NOTHING = { actor: '', targetType: '', targetId: '', action: '', outcome: '', from: '', to: '' }

/** `/_admin/audit`: who did what, when, from where. */
export function AuditPage() {
  const now = useNow()
  const { search, change } = useAddress(readAuditSearch)
  const list = useInfiniteQuery(eventsQuery(search))
  const isSearching = useShortPages(list, PAGE_SIZE)
  const events = list.data?.pages.flatMap(({ items }) => items) ?? []
  const narrow = (changes: AuditSearch) => change({ ...changes })
  const replace = (changes: Record<string, string>) => change(changes, { replace: true })
  const showAll = (
    <Button variant="default" onClick={() => change(NOTHING)}>
      Show all events
    </Button>
  )

  return (
    <>
      <PageHeader
        title={ADMIN_PAGES.audit.label}
        description="Who did what, when and from where. Events are never changed, and each carries the digest of the one before it."
        action={
          <Button
            component="a"
            href={exportAddress(search)}
            download
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Export as JSON lines
          </Button>
        }
      />
      <Stack gap="md">
        <Group gap="sm" align="flex-end">
          <SearchField
            label="Who did it"
            placeholder="Username or id of an account"
            value={search.actor ?? ''}
            onSearch={(text) => replace({ actor: text })}
          />
          <NativeSelect
            aria-label="Action"
            data={actionChoices(search.action)}
            value={search.action ?? ''}
            onChange={({ currentTarget }) => replace({ action: currentTarget.value })}
          />
          <NativeSelect
            aria-label="Outcome"
            data={[...OUTCOMES]}
            value={search.outcome ?? ''}
            onChange={({ currentTarget }) => replace({ outcome: currentTarget.value })}
          />
          <TextInput
            type="date"
            label="From"
            value={search.from ?? ''}
            onChange={({ currentTarget }) => replace({ from: currentTarget.value })}
          />
          <TextInput
            type="date"
            label="To"
            value={search.to ?? ''}
            onChange={({ currentTarget }) => replace({ to: currentTarget.value })}
          />
          {Object.keys(search).length > 0 && showAll}
        </Group>
        <Text size="sm" c="dimmed" role="status">
          {list.isSuccess &&
            (events.length > 0 || !isSearching) &&
            countOf(events.length, list.hasNextPage, ['event', 'events'])}
          {search.targetId !== undefined && ` of what was done to ${search.targetType ?? ''} ${search.targetId}`}
        </Text>
        <ListPanel
          list={list}
          noun="events"
          isEmpty={events.length === 0}
          isSearching={isSearching}
          empty={
            <Empty
              icon={<IconSearch size={22} aria-hidden />}
              title="No matching events"
              text="Nothing that was recorded fits this search."
            />
          }
        >
          <Cards label="Audit events">
            {events.map((event) => (
              <AuditEventCard key={event.id} event={event} now={now} onNarrow={narrow} />
            ))}
          </Cards>
        </ListPanel>
      </Stack>
    </>
  )
}

/** An address may name one action, which the groups do not have. */
function actionChoices(action: string | undefined) {
  const isOffered = action === undefined || ACTION_GROUPS.some(({ value }) => value === action)
  return isOffered ? [...ACTION_GROUPS] : [...ACTION_GROUPS, { value: action, label: action }]
}
