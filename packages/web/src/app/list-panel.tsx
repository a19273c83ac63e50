import { Alert, Button, Center, Group, Loader, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertCircle, IconSearch } from '@tabler/icons-react'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { Empty } from './empty.tsx'
import { formatTime } from './time.ts'

interface ListPanelProps {
  readonly list: UseInfiniteQueryResult
  /** What it lists, such as "tokens". */
  readonly noun: string
  readonly isEmpty: boolean
  /** What stands there instead of no rows. */
  readonly empty: ReactNode
  /** Whether it goes on by itself (`useShortPages`). */
  readonly isSearching?: boolean
  /** The rows. */
  readonly children: ReactNode
}

/** The rows of a list that comes page by page, or why there are none: still loading, failed, nothing there. */
export function ListPanel({ list, noun, isEmpty, empty, isSearching, children }: ListPanelProps) {
  const hasAnswer = list.data !== undefined
  return (
    <>
      {list.isError && (
        <Alert role="alert" color="red" icon={<IconAlertCircle aria-hidden />} title="The list could not be read">
          <Text size="sm">{messageOf(list.error)}</Text>
          {hasAnswer && <Text size="sm">What you see is from {formatTime(list.dataUpdatedAt)}.</Text>}
          <Button mt="sm" size="xs" variant="default" loading={list.isFetching} onClick={() => list.refetch()}>
            Try again
          </Button>
        </Alert>
      )}
      {(hasAnswer || list.isPending) && (
        <Paper withBorder radius="lg" style={{ overflow: 'hidden' }} aria-busy={list.isPending}>
          {list.isPending && <LoadingRows label={`Loading ${noun}`} />}
          {list.isSuccess && isEmpty && (isSearching ? <NoneSoFar noun={noun} /> : empty)}
          {!isEmpty && children}
        </Paper>
      )}
      {isSearching && (
        <Center>
          <Group gap="xs" role="status">
            <Loader size="xs" aria-hidden />
            <Text size="sm" c="dimmed">
              Searching further …
            </Text>
          </Group>
        </Center>
      )}
      {list.hasNextPage && !isSearching && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Load more
          </Button>
        </Center>
      )}
    </>
  )
}

function NoneSoFar({ noun }: { readonly noun: string }) {
  return (
    <Empty
      icon={<IconSearch size={22} aria-hidden />}
      title="None so far"
      text={`None among the ${noun} looked at yet; there may be some further on.`}
    />
  )
}

/** In place of what is still on its way. */
export function LoadingRows({ label }: { readonly label: string }) {
  return (
    <Stack gap="lg" p="lg" role="status" aria-label={label}>
      {[0, 1, 2].map((row) => (
        <Stack key={row} gap={8}>
          <Skeleton height={14} width="35%" />
          <Skeleton height={10} width="60%" />
        </Stack>
      ))}
    </Stack>
  )
}

/** "No tokens", "1 token", "50+ tokens". */
export function countOf(count: number, hasMore: boolean, [one, many]: readonly [one: string, many: string]): string {
  if (count === 0) return `No ${many}`
  return `${count}${hasMore ? '+' : ''} ${count === 1 ? one : many}`
}
