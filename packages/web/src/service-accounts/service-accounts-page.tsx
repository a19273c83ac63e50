import { Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus, IconRobot, IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Empty } from '../app/empty.tsx'
import { countOf, ListPanel } from '../app/list-panel.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { SearchField } from '../app/search-field.tsx'
import { useAddress } from '../app/use-address.ts'
import { useIsWide } from '../app/use-is-wide.ts'
import { useNow } from '../app/use-now.ts'
import { useAccount } from '../session/use-account.ts'
import { CreateServiceAccountDialog } from './create-service-account-dialog.tsx'
import { ServiceAccountCards } from './service-account-cards.tsx'
import { serviceAccountsQuery } from './service-account-queries.ts'
import { readServiceAccountSearch } from './service-account-search.ts'
import { ServiceAccountTable } from './service-account-table.tsx'

/** `/_admin/service-accounts`: the identities of machines. */
export function ServiceAccountsPage() {
  const now = useNow()
  const isWide = useIsWide()
  const mayCreate = useAccount().permissions.includes('service-accounts:write')
  const [isCreating, setCreating] = useState(false)
  const { search, change } = useAddress(readServiceAccountSearch)
  const list = useInfiniteQuery(serviceAccountsQuery(search.q))
  const accounts = list.data?.pages.flatMap(({ items }) => items) ?? []
  const find = (q: string) => change({ q }, { replace: true })
  const Rows = isWide ? ServiceAccountTable : ServiceAccountCards

  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      Create service account
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Service accounts"
        description="Identities of machines, for production and CI: with roles and tokens of their own, independent of any person. Nobody signs in with one."
        action={mayCreate && create}
      />
      <Stack gap="md">
        <Group gap="sm">
          <SearchField
            label="Search service accounts"
            placeholder="Search by name"
            value={search.q ?? ''}
            onSearch={find}
          />
          <Text size="sm" c="dimmed" ml={{ sm: 'auto' }} role="status">
            {list.isSuccess && countOf(accounts.length, list.hasNextPage, ['service account', 'service accounts'])}
          </Text>
        </Group>
        <ListPanel
          list={list}
          noun="service accounts"
          isEmpty={accounts.length === 0}
          empty={
            search.q === undefined ? (
              <Empty
                icon={<IconRobot size={22} aria-hidden />}
                title="No service accounts yet"
                text="Make one for each program that runs by itself. It goes on working when the person who set it up leaves."
              >
                {mayCreate && <Button onClick={() => setCreating(true)}>Create the first one</Button>}
              </Empty>
            ) : (
              <Empty
                icon={<IconSearch size={22} aria-hidden />}
                title="No matching service accounts"
                text={`No service account’s name contains “${search.q}”.`}
              >
                <Button variant="default" onClick={() => find('')}>
                  Clear search
                </Button>
              </Empty>
            )
          }
        >
          <Rows accounts={accounts} now={now} />
        </ListPanel>
      </Stack>
      <CreateServiceAccountDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  )
}
