import { Anchor, Button, Code, Group, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Card, Fact, Facts } from '../app/cards.tsx'
import { Instant } from '../app/instant.tsx'
import { formatExact } from '../app/time.ts'
import type { AuditEvent } from './audit-queries.ts'
import type { AuditSearch } from './audit-search.ts'
import { actionInWords, actorInWords, credentialInWords, targetInWords, targetPage } from './audit-words.ts'

interface AuditEventCardProps {
  readonly event: AuditEvent
  readonly now: number
  readonly onNarrow: (search: AuditSearch) => void
}

export function AuditEventCard({ event, now, onNarrow }: AuditEventCardProps) {
  const page = targetPage(event)
  const target = targetInWords(event)
  return (
    <Card>
      <Stack gap={4}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <Text span inherit fw={600}>
            {actorInWords(event)}
          </Text>{' '}
          {actionInWords(event)}{' '}
          {target !== undefined &&
            (page === undefined ? (
              target
            ) : (
              <Anchor component={Link} to={page} inherit underline="always">
                {target}
              </Anchor>
            ))}
          {event.outcome === 'refused' && (
            <Text span inherit c="dimmed">
              {' '}
              (refused)
            </Text>
          )}
        </Text>
        <Group gap="xs">
          <Instant at={event.at} now={now} never="" />
          <Text size="sm" c="dimmed">
            {credentialInWords(event)}
            {event.address !== null && ` from ${event.address}`}
          </Text>
        </Group>
        <details>
          <Text component="summary" size="sm" style={{ cursor: 'pointer', width: 'fit-content' }}>
            Details of event {event.id}
          </Text>
          <Details event={event} onNarrow={onNarrow} />
        </details>
      </Stack>
    </Card>
  )
}

function Details({ event, onNarrow }: Pick<AuditEventCardProps, 'event' | 'onNarrow'>) {
  const { actor, target, credential } = event
  return (
    <Stack gap="sm" mt="sm">
      <Facts>
        <Fact label="When">{formatExact(Date.parse(event.at))}</Fact>
        <Fact label="Action">{event.action}</Fact>
        {credential.id !== null && <Fact label="Credential">{wrapped(credential.id)}</Fact>}
        {target !== null && <Fact label="Done to">{wrapped(`${target.type} ${target.id}`)}</Fact>}
        {event.requestId !== null && <Fact label="Request">{wrapped(event.requestId)}</Fact>}
        <Fact label="Digest">{wrapped(event.digest)}</Fact>
      </Facts>
      {Object.keys(event.detail).length > 0 && (
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {JSON.stringify(event.detail, null, 2)}
        </Code>
      )}
      <Group gap="xs">
        {actor !== null && (
          <Button size="xs" variant="default" onClick={() => onNarrow({ actor: actor.accountId })}>
            Only what {actor.username} did
          </Button>
        )}
        {target !== null && (
          <Button
            size="xs"
            variant="default"
            onClick={() => onNarrow({ targetType: target.type, targetId: target.id })}
          >
            Only what was done to this {target.type.replace('_', ' ')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

const wrapped = (text: string) => (
  <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
    {text}
  </Text>
)
