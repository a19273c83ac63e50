import { Alert, Button, Center, Group, NativeSelect, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconAlertCircle } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { messageOf } from '../api/problem-error.ts'
import { formatTime } from '../app/time.ts'
import { EmptyTokens } from './empty-tokens.tsx'
import type { Token } from './token.ts'
import { TokenCards } from './token-cards.tsx'
import { tokensQuery } from './token-queries.ts'
import { TokenSearchField } from './token-search-field.tsx'
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
  readonly onRevoke: (token: Token) => void
}

/** The tokens of one tab: search, order, rows, and what stands there instead when there are none. */
export function TokenList({ now, onCreate, onRevoke }: TokenListProps) {
  const { filter, search, sortBy } = useTokenSearch()
  const isWide = useMediaQuery('(min-width: 64em)', true, { getInitialValueInEffect: false })
  const list = useInfiniteQuery(tokensQuery(filter))
  const tokens = list.data?.pages.flatMap(({ items }) => items) ?? []
  const rows = { tokens, now, onRevoke, label: `Tokens: ${filter.status}` }

  return (
    <Stack gap="md">
      <Group gap="sm">
        <TokenSearchField value={filter.q ?? ''} onSearch={search} />
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
          {list.isSuccess && countOf(tokens.length, list.hasNextPage)}
        </Text>
      </Group>
      {list.isError && (
        <Alert role="alert" color="red" icon={<IconAlertCircle aria-hidden />} title="The list could not be read">
          <Text size="sm">{messageOf(list.error)}</Text>
          {list.data && <Text size="sm">What you see is from {formatTime(list.dataUpdatedAt)}.</Text>}
          <Button mt="sm" size="xs" variant="default" loading={list.isFetching} onClick={() => list.refetch()}>
            Try again
          </Button>
        </Alert>
      )}
      {(list.data || list.isPending) && (
        <Paper withBorder radius="lg" style={{ overflow: 'hidden' }} aria-busy={list.isPending}>
          {list.isPending && <LoadingRows />}
          {list.isSuccess && tokens.length === 0 && (
            <EmptyTokens status={filter.status} q={filter.q} onCreate={onCreate} onClear={() => search('')} />
          )}
          {tokens.length > 0 &&
            (isWide ? <TokenTable {...rows} sort={filter.sort} onSort={sortBy} /> : <TokenCards {...rows} />)}
        </Paper>
      )}
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Load more
          </Button>
        </Center>
      )}
    </Stack>
  )
}

function LoadingRows() {
  return (
    <Stack gap="lg" p="lg" role="status" aria-label="Loading tokens">
      {[0, 1, 2].map((row) => (
        <Stack key={row} gap={8}>
          <Skeleton height={14} width="35%" />
          <Skeleton height={10} width="60%" />
        </Stack>
      ))}
    </Stack>
  )
}

function countOf(count: number, hasMore: boolean): string {
  if (count === 0) return 'No tokens'
  return `${count}${hasMore ? '+' : ''} ${count === 1 ? 'token' : 'tokens'}`
}
