import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { messageOf } from '../api/problem-messages.ts'
import { Instant } from '../app/instant.tsx'
import { Section } from '../app/section.tsx'
import { useNow } from '../app/use-now.ts'
import { eventsQuery } from '../audit/audit-queries.ts'
import { actionInWords, actorInWords, targetInWords } from '../audit/audit-words.ts'

const SHOWN = 10

/** The last that was done to a member, for whoever may read the audit events. */
export function MemberEvents({ id }: { readonly id: string }) {
  const now = useNow()
  const { data, error, refetch } = useInfiniteQuery(eventsQuery({ targetType: 'member', targetId: id }))
  const events = data?.pages[0]?.items.slice(0, SHOWN)
  return (
    <Section title="Recent events" description="What was done to this member, latest first.">
      {error && (
        <Group gap="sm">
          <Text size="sm">{messageOf(error)}</Text>
          <Button size="xs" variant="default" onClick={() => refetch()}>
            Try again
          </Button>
        </Group>
      )}
      {events?.length === 0 && <Text size="sm">Nothing is recorded.</Text>}
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }}>
        {events?.map((event) => (
          <Group component="li" key={event.id} gap="xs">
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {actorInWords(event)} {actionInWords(event)} {targetInWords(event)}
              {event.outcome === 'refused' && ' (refused)'}
            </Text>
            <Instant at={event.at} now={now} never="" />
          </Group>
        ))}
      </Stack>
      <Anchor component={Link} to={`/_admin/audit?targetType=member&targetId=${id}`} size="sm" underline="always">
        All events of this member
      </Anchor>
    </Section>
  )
}
