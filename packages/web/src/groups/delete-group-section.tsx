import { Button, Loader, Group as Row, ScrollArea, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { type Group, groupLossesQuery, useDeleteGroup } from './group-queries.ts'

export function DeleteGroupSection({ group }: { readonly group: Group }) {
  const { id, name } = group
  const [isAsking, setAsking] = useState(false)
  const navigate = useNavigate()
  const deletion = useDeleteGroup(id)
  const close = () => {
    deletion.reset()
    setAsking(false)
  }
  const confirm = () =>
    deletion.mutate(undefined, {
      onSuccess: () => {
        announce(`“${name}” is deleted.`)
        navigate({ to: '/_admin/groups' })
      },
    })
  return (
    <Section title="Delete" description="Its members and the groups in it stay; what they have only by it, they lose.">
      <Row>
        <Button variant="default" c="var(--mantine-color-error)" onClick={() => setAsking(true)}>
          Delete group
        </Button>
      </Row>
      <ConfirmDialog
        isOpen={isAsking}
        title="Delete group"
        confirmLabel="Delete group"
        isDangerous
        isPending={deletion.isPending}
        error={deletion.error}
        onConfirm={confirm}
        onClose={close}
      >
        <Text fw={600}>{name}</Text>
        <Losses id={id} />
        <Text size="sm">It counts from the next call on, for every token. It cannot be undone.</Text>
      </ConfirmDialog>
    </Section>
  )
}

/** Who loses what, by name. */
function Losses({ id }: { readonly id: string }) {
  const list = useInfiniteQuery(groupLossesQuery(id))
  const { error, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  if (error) return <FormAlert message={`Who loses what could not be read. ${messageOf(error)}`} />
  if (list.data === undefined) return <Loader size="sm" aria-label="Finding out who loses what" />
  const losses = list.data.pages.flatMap(({ items }) => items)
  if (losses.length === 0 && !hasNextPage) return <Text size="sm">Nobody loses a role by it.</Text>
  return (
    <Stack gap="xs">
      <Text size="sm">
        {losses.length}
        {hasNextPage && ' or more'} {losses.length === 1 ? 'account loses' : 'accounts lose'} what nothing else gives:
      </Text>
      <ScrollArea.Autosize mah={240} type="auto" viewportProps={{ tabIndex: 0, 'aria-label': 'Who loses what' }}>
        <Stack component="ul" gap={6} m={0} ps="md" aria-label="Losses">
          {losses.map(({ id: account, displayName, username, roles }) => (
            <li key={account}>
              <Text size="sm">
                <Text span inherit fw={600}>
                  {displayName}
                </Text>{' '}
                {username !== displayName && `(${username}) `}loses {roles.join(', ')}
              </Text>
            </li>
          ))}
        </Stack>
      </ScrollArea.Autosize>
      {hasNextPage && (
        <Row>
          <Button size="xs" variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show more
          </Button>
        </Row>
      )}
    </Stack>
  )
}
