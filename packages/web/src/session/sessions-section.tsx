import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { announce } from '../app/announce.ts'
import { Card, Cards } from '../app/cards.tsx'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { Explained } from '../app/explained.tsx'
import { ListPanel } from '../app/list-panel.tsx'
import { Section } from '../app/section.tsx'
import { formatExact, relativeTime } from '../app/time.ts'
import { useNow } from '../app/use-now.ts'
import { deviceOf } from './device.ts'
import { type OwnSession, ownSessionsQuery, useEndOtherSessions, useEndSession } from './own-sessions-queries.ts'

/** Where one is signed in, and how to end it from here. */
export function SessionsSection() {
  const list = useInfiniteQuery(ownSessionsQuery)
  const now = useNow()
  const [ending, setEnding] = useState<OwnSession | 'others'>()
  const sessions = list.data?.pages.flatMap(({ items }) => items) ?? []
  const close = () => setEnding(undefined)

  return (
    <Section
      title="Where you are signed in"
      description="A browser that is not used for 12 hours is signed out by itself, and any after 7 days. End what you do not know, and change your password then."
      action={
        sessions.length > 1 && (
          <Button variant="default" onClick={() => setEnding('others')}>
            End all others
          </Button>
        )
      }
    >
      <ListPanel list={list} noun="sessions" isEmpty={sessions.length === 0} empty={null}>
        <Cards label="Sessions">
          {sessions.map((session) => (
            <SessionCard key={session.id} session={session} now={now} onEnd={() => setEnding(session)} />
          ))}
        </Cards>
      </ListPanel>
      <EndOneDialog session={ending === 'others' ? undefined : ending} onClose={close} />
      <EndOthersDialog isOpen={ending === 'others'} onClose={close} />
    </Section>
  )
}

interface SessionCardProps {
  readonly session: OwnSession
  readonly now: number
  readonly onEnd: () => void
}

function SessionCard({ session, now, onEnd }: SessionCardProps) {
  const { client, address, current } = session
  const [signedIn, seen] = [Date.parse(session.createdAt), Date.parse(session.lastSeenAt)]
  const details = [client, `signed in ${formatExact(signedIn)}`, `last seen ${formatExact(seen)}`]
  return (
    <Card>
      <Group justify="space-between" gap="sm">
        <Stack gap={2} flex="1 1 14rem" miw={0}>
          <Group gap="xs">
            <Explained by={details.filter(Boolean).join(' · ')} size="sm" fw={600}>
              {deviceOf(client)}
            </Explained>
            {current && (
              <Badge variant="light" tt="none">
                This browser
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {address} · signed in {relativeTime(signedIn, now)} · last seen {relativeTime(seen, now)}
          </Text>
        </Stack>
        {!current && (
          <Button size="xs" variant="default" onClick={onEnd} aria-label={`End session: ${deviceOf(client)}`}>
            End session
          </Button>
        )}
      </Group>
    </Card>
  )
}

interface EndOneDialogProps {
  /** Undefined: closed. */
  readonly session: OwnSession | undefined
  readonly onClose: () => void
}

function EndOneDialog({ session, onClose }: EndOneDialogProps) {
  const end = useEndSession()
  const device = deviceOf(session?.client ?? null)
  const close = () => {
    end.reset()
    onClose()
  }
  const confirm = () =>
    session &&
    end.mutate(session.id, {
      onSuccess: () => {
        announce(`${device} is signed out.`)
        close()
      },
    })
  return (
    <ConfirmDialog
      isOpen={session !== undefined}
      title="End session"
      confirmLabel="End session"
      isDangerous
      isPending={end.isPending}
      error={end.error}
      onConfirm={confirm}
      onClose={close}
    >
      <Text size="sm">
        <strong>{device}</strong>, signed in from {session?.address}, is signed out from its next step on. Tokens are
        not touched.
      </Text>
    </ConfirmDialog>
  )
}

function EndOthersDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const end = useEndOtherSessions()
  const confirm = () =>
    end.mutate(undefined, {
      onSuccess: ({ ended }) => {
        announce(ended === 1 ? 'One other session has ended.' : `${ended} other sessions have ended.`)
        onClose()
      },
    })
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title="End all other sessions"
      confirmLabel="End all others"
      isDangerous
      isPending={end.isPending}
      error={end.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text size="sm">Every browser but this one is signed out from its next step on. Tokens are not touched.</Text>
    </ConfirmDialog>
  )
}
