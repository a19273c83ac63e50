import { Button, Modal } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { announce } from '../app/announce.ts'
import { NamingForm } from '../app/naming-form.tsx'
import { GROUP_NAMING } from './group-naming.ts'
import { useCreateGroup } from './group-queries.ts'

interface CreateGroupDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function CreateGroupDialog({ isOpen, onClose }: CreateGroupDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Create group" size="lg">
      <CreateForm onClose={onClose} />
    </Modal>
  )
}

/** Goes on to the page of the new one, where it gets members and roles. */
function CreateForm({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate()
  const creation = useCreateGroup()
  return (
    <NamingForm
      {...GROUP_NAMING}
      initial={{ name: '', description: '' }}
      submitLabel="Create group"
      error={creation.error}
      isPending={creation.isPending}
      onSubmit={(names, options) =>
        creation.mutate(names, {
          ...options,
          onSuccess: ({ id, name }) => {
            announce(`“${name}” is created. Give it roles and members.`)
            navigate({ to: '/_admin/groups/$groupId', params: { groupId: id } })
          },
        })
      }
      secondary={
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      }
    />
  )
}
