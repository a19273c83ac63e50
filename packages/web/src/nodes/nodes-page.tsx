import { Alert, Button, Paper, Stack, Text } from '@mantine/core'
import { IconAlertCircle, IconServer2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { messageOf } from '../api/problem-messages.ts'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { Empty } from '../app/empty.tsx'
import { countOf, LoadingRows } from '../app/list-panel.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { formatTime } from '../app/time.ts'
import { useIsWide } from '../app/use-is-wide.ts'
import { useNow } from '../app/use-now.ts'
import { VerifierCards } from './verifier-cards.tsx'
import { type Verifiers, verifiersQuery } from './verifier-queries.ts'
import { VerifierTable } from './verifier-table.tsx'

/** `/_admin/nodes`: who verifies tokens from memory, and how far behind. */
export function NodesPage() {
  const now = useNow()
  const isWide = useIsWide()
  const list = useQuery(verifiersQuery)
  const Rows = isWide ? VerifierTable : VerifierCards
  return (
    <>
      <PageHeader
        title={ADMIN_PAGES.nodes.label}
        description="Whoever checks tokens from memory. A revocation is answered once each of them has applied it, or has lost its lease."
      />
      <Stack gap="md">
        {list.isError && (
          <Alert role="alert" color="red" icon={<IconAlertCircle aria-hidden />} title="The nodes could not be read">
            <Text size="sm">{messageOf(list.error)}</Text>
            {list.data !== undefined && <Text size="sm">What you see is from {formatTime(list.dataUpdatedAt)}.</Text>}
            <Button mt="sm" size="xs" variant="default" loading={list.isFetching} onClick={() => list.refetch()}>
              Try again
            </Button>
          </Alert>
        )}
        {list.data !== undefined && <Text size="sm">{standingOf(list.data)}</Text>}
        {(list.data !== undefined || list.isPending) && (
          <Paper withBorder radius="lg" style={{ overflow: 'hidden' }} aria-busy={list.isPending}>
            {list.isPending && <LoadingRows label="Loading nodes" />}
            {list.data?.items.length === 0 && (
              <Empty
                icon={<IconServer2 size={22} aria-hidden />}
                title="Nobody holds a lease"
                text="A service that checks tokens inside its own process, with @ramp/verifier, is listed here as long as it runs."
              />
            )}
            {list.data !== undefined && list.data.items.length > 0 && (
              <Rows verifiers={list.data.items} now={Math.max(now, list.dataUpdatedAt)} />
            )}
          </Paper>
        )}
      </Stack>
    </>
  )
}

function standingOf({ engine, items, epoch }: Verifiers): string {
  const changes = `${epoch.toLocaleString('en')} ${epoch === 1 ? 'change' : 'changes'} recorded.`
  const holders = `${countOf(items.length, false, ['verifier holds', 'verifiers hold'])} a lease.`
  return engine === 'sqlite'
    ? `${changes} ${holders} This server looks at its file before each decision: it is never behind and needs no lease.`
    : `${changes} ${holders}`
}
