import { Button, Group, Stack, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { announce } from '../app/announce.ts'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { Section } from '../app/section.tsx'
import { ReactivationChoice, type TokensAtReactivation, tokensField } from '../policy/reactivation-choice.tsx'
import { type ServiceAccount, useDeleteServiceAccount, useSetStatus } from './service-account-queries.ts'

/** Stopping a service account for a while, or for good. */
export function EndSection({ account }: { readonly account: ServiceAccount }) {
  const { name, status } = account
  const isActive = status === 'active'
  const [question, setQuestion] = useState<'status' | 'delete'>()
  const close = () => setQuestion(undefined)

  return (
    <Section title={isActive ? 'Deactivate or delete' : 'Reactivate or delete'}>
      <Stack gap="sm">
        <Text size="sm">
          {isActive
            ? `Deactivating stops ${tokensOf(account)} at once, until “${name}” is reactivated.`
            : `“${name}” is deactivated. Whether reactivating lets ${tokensOf(account)} work again, you choose.`}{' '}
          Deleting revokes its tokens for good.
        </Text>
        <Group gap="sm">
          <Button variant="default" onClick={() => setQuestion('status')}>
            {isActive ? 'Deactivate' : 'Reactivate'}
          </Button>
          <Button variant="default" c="var(--mantine-color-error)" onClick={() => setQuestion('delete')}>
            Delete
          </Button>
        </Group>
      </Stack>
      <StatusDialog account={account} isOpen={question === 'status'} onClose={close} />
      <DeleteDialog account={account} isOpen={question === 'delete'} onClose={close} />
    </Section>
  )
}

interface DialogProps {
  readonly account: ServiceAccount
  readonly isOpen: boolean
  readonly onClose: () => void
}

function StatusDialog({ account, isOpen, onClose }: DialogProps) {
  const [choice, setChoice] = useState<TokensAtReactivation>('policy')
  const change = useSetStatus(account.id)
  const isActive = account.status === 'active'
  const confirm = () =>
    change.mutate(isActive ? { status: 'deactivated' } : { status: 'active', ...tokensField(choice) }, {
      onSuccess: ({ name, status }) => {
        announce(`“${name}” is ${status === 'active' ? 'active again' : 'deactivated'}.`)
        onClose()
      },
    })
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={isActive ? 'Deactivate service account' : 'Reactivate service account'}
      confirmLabel={isActive ? 'Deactivate' : 'Reactivate'}
      isDangerous={isActive}
      isPending={change.isPending}
      error={change.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text fw={600}>{account.name}</Text>
      <Text size="sm">
        {isActive
          ? `This stops ${tokensOf(account)}: whatever uses it is refused from its next call on, everywhere. Roles and tokens are kept; you can reactivate it at any time.`
          : 'It is active again from the next call on, with the roles it has now. Tokens that were revoked or have expired stay so.'}
      </Text>
      {!isActive && <ReactivationChoice value={choice} onChange={setChoice} />}
    </ConfirmDialog>
  )
}

function DeleteDialog({ account, isOpen, onClose }: DialogProps) {
  const deletion = useDeleteServiceAccount(account.id)
  const navigate = useNavigate()
  const confirm = () =>
    deletion.mutate(undefined, {
      onSuccess: () => {
        announce(`“${account.name}” is deleted.`)
        navigate({ to: '/_admin/service-accounts' })
      },
    })
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title="Delete service account"
      confirmLabel="Delete service account"
      isDangerous
      isPending={deletion.isPending}
      error={deletion.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text fw={600}>{account.name}</Text>
      <Text size="sm">
        This revokes {tokensOf(account)}, at once and for good, and takes its roles away. It cannot be brought back;
        what it did stays in the audit log.
      </Text>
    </ConfirmDialog>
  )
}

function tokensOf({ activeTokens }: ServiceAccount): string {
  if (activeTokens === 0) return 'its tokens (none is active now)'
  return activeTokens === 1 ? 'its only active token' : `all of its ${activeTokens} active tokens`
}
