import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { IconPlus, IconSearch } from '@tabler/icons-react'
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
import { CreateMemberDialog } from './create-member-dialog.tsx'
import { MemberCards } from './member-cards.tsx'
import { membersQuery } from './member-queries.ts'
import { readMemberSearch } from './member-search.ts'
import { MemberTable } from './member-table.tsx'

const STATUSES = [
  { value: 'all', label: 'Active and deactivated' },
  { value: 'active', label: 'Active' },
  { value: 'deactivated', label: 'Deactivated' },
] as const

/** `/_admin/ramp-tenant-members`: the people who can sign in. */
export function MembersPage() {
  const now = useNow()
  const isWide = useIsWide()
  const mayCreate = useAccount().permissions.includes('members:write')
  const [isCreating, setCreating] = useState(false)
  const { search, change } = useAddress(readMemberSearch)
  const { status = 'all', q } = search
  const list = useInfiniteQuery(membersQuery({ status, q }))
  const members = list.data?.pages.flatMap(({ items }) => items) ?? []
  const Rows = isWide ? MemberTable : MemberCards

  return (
    <>
      <PageHeader
        title={ADMIN_PAGES.members.label}
        description="The people who can sign in, and the roles given to each directly."
        action={
          mayCreate && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
              Create member
            </Button>
          )
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
          <NativeSelect
            aria-label="Status"
            data={[...STATUSES]}
            value={status}
            onChange={({ currentTarget }) => change({ status: currentTarget.value }, { replace: true })}
          />
          <Text size="sm" c="dimmed" ml={{ sm: 'auto' }} role="status">
            {list.isSuccess && countOf(members.length, list.hasNextPage, ['member', 'members'])}
          </Text>
        </Group>
        <ListPanel
          list={list}
          noun="members"
          isEmpty={members.length === 0}
          empty={
            <Empty
              icon={<IconSearch size={22} aria-hidden />}
              title="No matching members"
              text={
                q === undefined
                  ? `No member is ${status}.`
                  : `No ${status === 'all' ? '' : status} member’s name, username or email contains “${q}”.`
              }
            >
              <Button variant="default" onClick={() => change({ q: '', status: 'all' })}>
                Show all members
              </Button>
            </Empty>
          }
        >
          <Rows members={members} now={now} />
        </ListPanel>
      </Stack>
      <CreateMemberDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  )
}
