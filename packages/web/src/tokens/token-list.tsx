import { Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { countOf, ListPanel } from '../app/list-panel.tsx'
import { SearchField } from '../app/search-field.tsx'
import { useIsWide } from '../app/use-is-wide.ts'
import { EmptyTokens } from './empty-tokens.tsx'
import type { Token } from './token.ts'
import { TokenCards } from './token-cards.tsx'
import { useTokenOwner } from './token-owner.ts'
import { tokensQuery } from './token-queries.ts'
import { TokenTable } from './token-table.tsx'
import { useTokenSearch } from './use-token-search.ts'

const SORT_OPTIONS = [
  { value: '-createdAt', label: 'Newest first' },
  { value: 'createdAt', label: 'Oldest first' },
  { value: 'name', label: 'Name' },
  { value: '-name', label: 'Name, from Z' },
  { value: 'expiresAt', label: 'Expires soonest' },
  { value: '-expiresAt', label: 'Expires last' },
  { value: '-lastUsedAt', label: 'Last used first' },
  { value: 'lastUsedAt', label: 'Unused longest' },
] as const

interface TokenListProps {
  readonly now: number
  readonly onCreate: () => void
  readonly onRevoke?: ((token: Token) => void) | undefined
  readonly onRotate?: ((token: Token) => void) | undefined
}

/** The tokens of one tab: search, order, rows, and what stands there instead when there are none. */
export function TokenList({ now, onCreate, ...actions }: TokenListProps) {
  const { filter, search, sortBy } = useTokenSearch()
  const isWide = useIsWide()
  const owner = useTokenOwner()
  const list = useInfiniteQuery(tokensQuery(owner, filter))
  const tokens = list.data?.pages.flatMap(({ items }) => items) ?? []
  const rows = { tokens, now, ...actions, label: `Tokens: ${filter.status}` }

  return (
    <Stack gap="md">
      <Group gap="sm">
        <SearchField
          label="Search tokens"
          placeholder="Search by name or id"
          value={filter.q ?? ''}
          onSearch={search}
        />
        {!isWide && (
          <NativeSelect
            aria-label="Sort by"
            data={[...SORT_OPTIONS]}
            value={filter.sort}
            onChange={({ currentTarget }) => {
              const chosen = SORT_OPTIONS.find(({ value }) => value === currentTarget.value)
              if (chosen) sortBy(chosen.value)
            }}
          />
        )}
        <Text size="sm" c="dimmed" ml={{ sm: 'auto' }} role="status">
          {list.isSuccess && countOf(tokens.length, list.hasNextPage, ['token', 'tokens'])}
        </Text>
      </Group>
      <ListPanel
        list={list}
        noun="tokens"
        isEmpty={tokens.length === 0}
        empty={<EmptyTokens status={filter.status} q={filter.q} onCreate={onCreate} onClear={() => search('')} />}
      >
        {isWide ? <TokenTable {...rows} sort={filter.sort} onSort={sortBy} /> : <TokenCards {...rows} />}
      </ListPanel>
    </Stack>
  )
}
