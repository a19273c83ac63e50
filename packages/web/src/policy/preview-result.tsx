import { Button, Group, List, Stack, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { messageOf } from '../api/problem-messages.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { formatUtc } from '../app/time.ts'
import { type AskedPreview, type PolicyPreview, previewPagesQuery } from './policy-queries.ts'

export function isHarmless({ totals }: PolicyPreview): boolean {
  return totals.tokens === 0 && totals.stoppedOwners === 0
}

/** How many tokens and owners a policy would hit, by what would happen. */
export function PreviewCounts({ totals }: { readonly totals: PolicyPreview['totals'] }) {
  const lines = [
    [totals.revoked, 'revoked at once: not used for too long'],
    [totals.endsNow, 'expired at once: older than the maximum'],
    [totals.endsEarlier, 'given an earlier end'],
    [totals.addressRefused, 'refused from the address of their last use'],
  ] as const
  return (
    <List size="sm" spacing={4}>
      {lines
        .filter(([count]) => count > 0)
        .map(([count, what]) => (
          <List.Item key={what}>
            {countOf(count, 'token', 'tokens')} {what}
          </List.Item>
        ))}
      {totals.stoppedOwners > 0 && (
        <List.Item>
          {countOf(totals.stoppedOwners, 'owner', 'owners')} could make no more; what they have goes on
        </List.Item>
      )}
    </List>
  )
}

/** Who is hit, and what happens to each. */
export function PreviewResult({ asked }: { readonly asked: AskedPreview }) {
  const list = useInfiniteQuery(previewPagesQuery(asked))
  const { totals } = asked.first
  const items = list.data.pages.flatMap((page) => page.items)
  const stoppedOwners = list.data.pages.flatMap((page) => page.stoppedOwners)
  const stopped = [...new Map(stoppedOwners.map(({ owner }) => [owner.id, owner.username])).values()]
  const shown = [
    items.length < totals.tokens && `${items.length} of ${totals.tokens} tokens`,
    stopped.length < totals.stoppedOwners &&
      `${stopped.length} of ${totals.stoppedOwners} owners who could make no more`,
  ].filter((part) => part !== false)
  if (isHarmless(asked.first)) return <Text size="sm">No token and nobody is affected.</Text>
  return (
    <Stack gap="md">
      <Text size="sm" fw={600}>
        {countOf(totals.tokens, 'token', 'tokens')} of {countOf(totals.owners, 'owner', 'owners')}
      </Text>
      <PreviewCounts totals={totals} />
      {items.length > 0 && (
        <Table aria-label="Affected tokens" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Token</Table.Th>
              <Table.Th>What happens</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ token, owner, effects }) => (
              <Table.Tr key={token.id}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <Text size="sm" fw={600}>
                    {token.name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {owner.displayName} · {owner.username}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {effects.map((effect) => (
                    <Text key={effect.effect} size="sm">
                      {inWords(effect, token.lastUsedAddress)}
                    </Text>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {stopped.length > 0 && <Text size="sm">Could make no more: {stopped.join(', ')}.</Text>}
      <FormAlert message={list.error ? messageOf(list.error) : undefined} />
      {list.hasNextPage && (
        <Group gap="sm">
          <Button size="xs" variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Load more
          </Button>
          <Text size="sm" c="dimmed" role="status">
            The first {shown.join(', ')}.
          </Text>
        </Group>
      )}
    </Stack>
  )
}

type Effect = PolicyPreview['items'][number]['effects'][number]

function inWords({ effect, reason, endsAt }: Effect, lastUsedAddress: string | null): string {
  switch (effect) {
    case 'revoked':
      return 'Revoked: not used for too long'
    case 'ends_now':
      return 'Ends now: older than the maximum'
    case 'ends_earlier': {
      const why = reason === 'policy_expiration_required' ? 'had no expiration' : 'maximum lifetime'
      return endsAt === null ? why : `Ends ${formatUtc(Date.parse(endsAt))}: ${why}`
    }
    case 'address_refused':
      return `Refused from ${lastUsedAddress ?? 'elsewhere'}, where it was last used`
  }
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
