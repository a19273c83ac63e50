import { Button, Group, Stack, Text } from '@mantine/core'
import { IconDownload, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { Empty } from '../app/empty.tsx'
import { countOf, ListPanel } from '../app/list-panel.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { SearchField } from '../app/search-field.tsx'
import { useAddress } from '../app/use-address.ts'
import { useIsWide } from '../app/use-is-wide.ts'
import { useNow } from '../app/use-now.ts'
import { useAccount } from '../session/use-account.ts'
import { BulkBar } from './bulk-bar.tsx'
import { CreateMemberDialog } from './create-member-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { MemberCards } from './member-cards.tsx'
import { MemberFilters } from './member-filters.tsx'
import { exportAddress, membersQuery } from './member-queries.ts'
import { type MemberFilter, readMemberSearch } from './member-search.ts'
import { MemberTable } from './member-table.tsx'

/** `/_admin/ramp-tenant-members`: the people who can sign in. */
export function MembersPage() {
  const now = useNow()
  const isWide = useIsWide()
  const mayCreate = useAccount().permissions.includes('members:write')
  const [isCreating, setCreating] = useState(false)
  const [isImporting, setImporting] = useState(false)
  const { search, change } = useAddress(readMemberSearch)
  const { status = 'all', q, role, group, never, sort } = search
  const filter: MemberFilter = { status, q, role, group, neverSignedIn: never && (true as const), sort }
  const list = useInfiniteQuery(membersQuery(filter))
  const members = list.data?.pages.flatMap(({ items }) => items) ?? []
  const [ticked, setTicked] = useState<readonly string[]>([])
  // Who is no longer listed is no longer meant.
  const selected = members.filter(({ id }) => ticked.includes(id))
  const onTick = (id: string) =>
    setTicked((former) => (former.includes(id) ? former.filter((each) => each !== id) : [...former, id]))
  const Rows = isWide ? MemberTable : MemberCards

  return (
    <>
      <PageHeader
        title={ADMIN_PAGES.members.label}
        description="The people who can sign in, their roles, and how many tokens each has."
        action={
          <Group gap="sm">
            <Button
              component="a"
              href={exportAddress(filter)}
              download
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
            >
              Export
            </Button>
            {mayCreate && (
              <>
                <Button
                  variant="default"
                  leftSection={<IconUpload size={16} aria-hidden />}
                  onClick={() => setImporting(true)}
                >
                  Import
                </Button>
                <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
                  Create member
                </Button>
              </>
            )}
          </Group>
        }
      />
      <Stack gap="md">
        <Group gap="sm">
          <SearchField
            label="Search members"
            placeholder="Search by name, username or email"
            value={q ?? ''}
            onSearch={(text) => change({ q: text }, { replace: true })}
          />
          <MemberFilters search={search} onChange={(changes) => change(changes, { replace: true })} />
          <Text size="sm" c="dimmed" ml={{ sm: 'auto' }} role="status">
            {list.isSuccess && countOf(members.length, list.hasNextPage, ['member', 'members'])}
          </Text>
        </Group>
        {mayCreate && <BulkBar selected={selected} onDone={() => setTicked([])} />}
        <ListPanel
          list={list}
          noun="members"
          isEmpty={members.length === 0}
          empty={
            <Empty
              icon={<IconSearch size={22} aria-hidden />}
              title="No matching members"
              text="Nobody fits what is searched for and chosen above."
            >
              <Button
                variant="default"
                onClick={() => change({ q: '', status: 'all', role: '', group: '', never: undefined })}
              >
                Show all members
              </Button>
            </Empty>
          }
        >
          <Rows members={members} now={now} ticked={ticked} onTick={mayCreate ? onTick : undefined} />
        </ListPanel>
      </Stack>
      <ImportDialog isOpen={isImporting} onClose={() => setImporting(false)} />
      <CreateMemberDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  )
}
