import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Empty } from '../app/empty.tsx'
import { Finder } from '../app/finder.tsx'
import { ListPanel } from '../app/list-panel.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { SearchField } from '../app/search-field.tsx'
import { Section } from '../app/section.tsx'
import { useAddress } from '../app/use-address.ts'
import { useIsWide } from '../app/use-is-wide.ts'
import { useNow } from '../app/use-now.ts'
import { useShortPages } from '../app/use-short-pages.ts'
import { findAccounts } from '../groups/find-accounts.ts'
import { useAccount } from '../session/use-account.ts'
import { DEFAULT_SORT, type TokenSort } from '../tokens/token-search.ts'
import { FindToken } from './find-token.tsx'
import { InventoryFilters } from './inventory-filters.tsx'
import { countQuery, inventoryQuery, PAGE_SIZE } from './inventory-queries.ts'
import { InventoryCards, InventoryTable } from './inventory-rows.tsx'
import { readInventorySearch } from './inventory-search.ts'
import { RevokeDialog, type RevokeTarget } from './revoke-dialog.tsx'

const SORTS: readonly { readonly value: TokenSort; readonly label: string }[] = [
  { value: '-createdAt', label: 'Newest first' },
  { value: 'createdAt', label: 'Oldest first' },
  { value: 'name', label: 'Name' },
  { value: 'expiresAt', label: 'Expires soonest' },
  { value: '-lastUsedAt', label: 'Last used first' },
  { value: 'lastUsedAt', label: 'Unused longest' },
]

/** `/_admin/tokens`: every token of every account. */
export function InventoryPage() {
  const now = useNow()
  const isWide = useIsWide()
  const mayRevoke = useAccount().permissions.includes('inventory:revoke')
  const { search, change } = useAddress(readInventorySearch)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [target, setTarget] = useState<RevokeTarget>()
  const list = useInfiniteQuery(inventoryQuery(search))
  const isSearching = useShortPages(list, PAGE_SIZE)
  const count = useQuery(countQuery(search))
  const tokens = list.data?.pages.flatMap(({ items }) => items) ?? []
  const sort = search.sort ?? DEFAULT_SORT
  const Rows = isWide ? InventoryTable : InventoryCards

  const refine = (changes: Record<string, unknown>) => {
    setSelected(new Set())
    void change(changes, { replace: true })
  }
  const select = (id: string, isSelected: boolean) => {
    const next = new Set(selected)
    if (isSelected) next.add(id)
    else next.delete(id)
    setSelected(next)
  }
  return (
    <>
      <PageHeader
        title="Inventory"
        description="Every token of every account: whose it is, how it is used, and why it is refused."
      />
      <Stack gap="md">
        <FindToken />
        <Group gap="sm">
          <SearchField
            label="Search tokens"
            placeholder="Name, id or owner’s username"
            value={search.q ?? ''}
            onSearch={(q) => refine({ q })}
          />
          {!isWide && (
            <NativeSelect
              aria-label="Sort by"
              data={[...SORTS]}
              value={sort}
              onChange={({ currentTarget }) => refine({ sort: currentTarget.value })}
            />
          )}
          <Text size="sm" c="dimmed" ml={{ sm: 'auto' }} role="status">
            {count.data && `${count.data.count.toLocaleString('en')} ${count.data.count === 1 ? 'token' : 'tokens'}`}
          </Text>
        </Group>
        <InventoryFilters search={search} onChange={refine} />
        {mayRevoke && (
          <Group gap="sm">
            <Button
              variant="default"
              disabled={selected.size === 0}
              onClick={() => setTarget({ ids: [...selected].slice(0, 1000) })}
            >
              Revoke selected ({selected.size})
            </Button>
            {search.status !== 'revoked' && (
              <Button
                variant="default"
                onClick={() => setTarget({ search, description: 'All that the search and filters name' })}
              >
                Revoke all that are found
              </Button>
            )}
          </Group>
        )}
        <ListPanel
          list={list}
          noun="tokens"
          isEmpty={tokens.length === 0}
          isSearching={isSearching}
          empty={
            <Empty
              icon={<IconSearch size={22} aria-hidden />}
              title="No matching tokens"
              text="No token is like that. Take a filter away."
            />
          }
        >
          <Rows
            tokens={tokens}
            now={now}
            sort={sort}
            onSort={(chosen) => refine({ sort: chosen })}
            selected={selected}
            onSelect={mayRevoke ? select : undefined}
          />
        </ListPanel>
        {mayRevoke && <Shortcuts onChosen={setTarget} />}
      </Stack>
      <RevokeDialog target={target} onClose={() => setTarget(undefined)} onRevoked={() => setSelected(new Set())} />
    </>
  )
}

/** After an incident: everything from before an instant, or everything of somebody. */
function Shortcuts({ onChosen }: { readonly onChosen: (target: RevokeTarget) => void }) {
  const [before, setBefore] = useState('')
  const { permissions } = useAccount()
  const mayFind = permissions.includes('members:read') || permissions.includes('service-accounts:read')
  return (
    <Section title="After an incident" description="Both ask before anything happens, and say how many.">
      <Group gap="sm" align="flex-end">
        <TextInput
          type="date"
          label="Everything issued before"
          value={before}
          onChange={({ currentTarget }) => setBefore(currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={before === ''}
          onClick={() =>
            onChosen({
              search: { createdBefore: before },
              description: `Every active token issued before ${before} (UTC)`,
            })
          }
        >
          Revoke these
        </Button>
      </Group>
      {mayFind && (
        <div>
          <Text size="sm" fw={500}>
            Everything of a member or service account
          </Text>
          <Finder
            label="Everything of a member or service account"
            placeholder="Find by name, username or email"
            within="accounts"
            action="Choose"
            find={(text, signal) => findAccounts(text, permissions, signal)}
            isChosen={() => false}
            busyId={undefined}
            onAdd={({ id, name }) =>
              onChosen({ search: { accountId: id }, description: `Every active token of ${name}` })
            }
          />
        </div>
      )}
    </Section>
  )
}
