import { Button, Modal } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { announce } from '../app/announce.ts'
import type { Candidate } from '../app/finder.tsx'
import { NamingForm } from '../app/naming-form.tsx'
import { useAccount } from '../session/use-account.ts'
import { MaintainersField } from './maintainers-field.tsx'
import { SERVICE_ACCOUNT_NAMING } from './naming.ts'
import { useCreateServiceAccount } from './service-account-queries.ts'

interface CreateServiceAccountDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function CreateServiceAccountDialog({ isOpen, onClose }: CreateServiceAccountDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Create service account" size="lg">
      <CreateForm onClose={onClose} />
    </Modal>
  )
}

/** Goes on to the page of the new one, where it gets roles and tokens. */
function CreateForm({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate()
  const creation = useCreateServiceAccount()
  const mayFind = useAccount().permissions.includes('members:read')
  const [maintainers, setMaintainers] = useState<readonly Candidate[]>([])
  return (
    <NamingForm
      {...SERVICE_ACCOUNT_NAMING}
      initial={{ name: '', description: '' }}
      submitLabel="Create service account"
      error={creation.error}
      isPending={creation.isPending}
      onSubmit={(names, options) =>
        creation.mutate(
          { ...names, maintainers: maintainers.map(({ id }) => id) },
          {
            ...options,
            onSuccess: ({ id, name }) => {
              announce(`“${name}” is created. Give it roles and a token.`)
              navigate({ to: '/_admin/service-accounts/$id', params: { id } })
            },
          },
        )
      }
      secondary={
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      }
    >
      {mayFind && <MaintainersField chosen={maintainers} onChange={setMaintainers} />}
    </NamingForm>
  )
}
