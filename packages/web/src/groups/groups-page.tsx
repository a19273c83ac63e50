import { Box, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconPlus, IconSearch, IconUsersGroup } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { Empty } from '../app/empty.tsx'
import { countOf, ListPanel } from '../app/list-panel.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { SearchField } from '../app/search-field.tsx'
import { useAddress } from '../app/use-address.ts'
import { useIsWide } from '../app/use-is-wide.ts'
import { useAccount } from '../session/use-account.ts'
import { CreateGroupDialog } from './create-group-dialog.tsx'
import { groupsQuery } from './group-queries.ts'
import { GroupCards, GroupTable } from './group-rows.tsx'
import { readGroupSearch } from './group-search.ts'
import { GroupTree } from './group-tree.tsx'

/** `/_admin/groups`: sets of accounts that have roles together. */
export function GroupsPage() {
  const isWide = useIsWide()
  const mayCreate = useAccount().permissions.includes('groups:write')
  const [isCreating, setCreating] = useState(false)
  const { search, change } = useAddress(readGroupSearch)
  // A search finds groups wherever they are, so it shows them as a list.
  const isTree = search.view === 'tree' && search.q === undefined
  const list = useInfiniteQuery(groupsQuery(isTree ? { within: 'none' } : { q: search.q }))
  const groups = list.data?.pages.flatMap(({ items }) => items) ?? []
  const find = (q: string) => change({ q }, { replace: true })
  const Rows = isWide ? GroupTable : GroupCards

  return (
    <>
      <PageHeader
        title={ADMIN_PAGES.groups.label}
        description="Sets of people and service accounts that have roles together. If a group is in another, its people have the roles of both."
        action={
          mayCreate && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
              Create group
            </Button>
          )
        }
      />
      <Stack gap="md">
        <Group gap="sm">
          <SearchField label="Search groups" placeholder="Search by name" value={search.q ?? ''} onSearch={find} />
          <SegmentedControl
            aria-label="View"
            data={[
              { value: 'list', label: 'List' },
              { value: 'tree', label: 'Tree' },
            ]}
            value={isTree ? 'tree' : 'list'}
            onChange={(view) => change({ view, q: '' }, { replace: true })}
          />
          <Text size="sm" c="dimmed" ml={{ sm: 'auto' }} role="status">
            {list.isSuccess &&
              countOf(
                groups.length,
                list.hasNextPage,
                isTree ? ['group on top', 'groups on top'] : ['group', 'groups'],
              )}
          </Text>
        </Group>
        <ListPanel
          list={list}
          noun="groups"
          isEmpty={groups.length === 0}
          empty={
            search.q === undefined ? (
              <Empty
                icon={<IconUsersGroup size={22} aria-hidden />}
                title="No groups yet"
                text="Give a role to a group instead of to each of its people: whoever joins has it, whoever leaves loses it, at once."
              >
                {mayCreate && <Button onClick={() => setCreating(true)}>Create the first one</Button>}
              </Empty>
            ) : (
              <Empty
                icon={<IconSearch size={22} aria-hidden />}
                title="No matching groups"
                text={`No group’s name contains “${search.q}”.`}
              >
                <Button variant="default" onClick={() => find('')}>
                  Clear search
                </Button>
              </Empty>
            )
          }
        >
          {isTree ? (
            <Box p="md">
              <GroupTree label="Groups by what they are in" direction="below" groups={groups} inherited={[]} />
            </Box>
          ) : (
            <Rows groups={groups} />
          )}
        </ListPanel>
      </Stack>
      <CreateGroupDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  )
}
