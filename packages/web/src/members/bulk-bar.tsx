import { Button, Group, NativeSelect, Paper, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { announce } from '../app/announce.ts'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { catalogueQuery } from '../roles/role-queries.ts'
import { useAccount } from '../session/use-account.ts'
import { type BulkAction, type Member, useBulkChange } from './member-queries.ts'

interface BulkBarProps {
  readonly selected: readonly Member[]
  readonly onDone: () => void
}

/** What can be done to the members that are ticked: all of it or nothing. */
export function BulkBar({ selected, onDone }: BulkBarProps) {
  const mayGrant = useAccount().permissions.includes('roles:grant')
  const { data: catalogue = [] } = useQuery(catalogueQuery)
  const [chosen, setChosen] = useState('')
  const [asked, setAsked] = useState<BulkAction>()
  const change = useBulkChange()
  if (selected.length === 0) return null
  const role = catalogue.find(({ name }) => name === chosen)?.name ?? catalogue[0]?.name
  const many = selected.length === 1 ? '1 member' : `${selected.length} members`
  const close = () => {
    change.reset()
    setAsked(undefined)
  }
  const confirm = () =>
    asked &&
    change.mutate(
      { ids: selected.map(({ id }) => id), action: asked },
      {
        onSuccess: ({ changed, unchanged }) => {
          announce(`Changed: ${changed}. Already so: ${unchanged}.`)
          close()
          onDone()
        },
      },
    )
  return (
    <Paper withBorder radius="lg" p="sm" component="section" aria-label="Selected members">
      <Group gap="sm">
        <Text size="sm" fw={600} role="status">
          {many} selected
        </Text>
        {mayGrant && role && (
          <>
            <NativeSelect
              aria-label="Role to give or take"
              data={catalogue.map(({ name }) => name)}
              value={role}
              onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            />
            <Button size="xs" variant="default" onClick={() => setAsked({ grant: role })}>
              Give role
            </Button>
            <Button size="xs" variant="default" onClick={() => setAsked({ take: role })}>
              Take role
            </Button>
          </>
        )}
        <Button
          size="xs"
          variant="default"
          c="var(--mantine-color-error)"
          onClick={() => setAsked({ status: 'deactivated' })}
        >
          Deactivate selected
        </Button>
        <Button size="xs" variant="subtle" onClick={onDone}>
          Clear selection
        </Button>
      </Group>
      <ConfirmDialog
        isOpen={asked !== undefined}
        title="Change the selected members"
        confirmLabel={asked && 'status' in asked ? 'Deactivate' : 'Change'}
        isDangerous={asked !== undefined && !('grant' in asked)}
        isPending={change.isPending}
        error={change.error}
        onConfirm={confirm}
        onClose={close}
      >
        {asked && <Text size="sm">{consequence(asked, selected, many)}</Text>}
      </ConfirmDialog>
    </Paper>
  )
}

function consequence(action: BulkAction, selected: readonly Member[], many: string): string {
  if ('grant' in action)
    return `${many} will have ${action.grant} from the next call on, also those who have it already.`
  if ('take' in action) return `${many} will no longer have ${action.take} directly, from the next call on.`
  const tokens = selected.reduce((sum, { status, activeTokens }) => sum + (status === 'active' ? activeTokens : 0), 0)
  return `${many} will be signed out, and ${tokens} active ${tokens === 1 ? 'token stops' : 'tokens stop'} at once. Nothing is deleted.`
}
