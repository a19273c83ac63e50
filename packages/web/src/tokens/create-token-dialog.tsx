import { CreateTokenForm } from './create-token-form.tsx'
import { SecretDialog } from './secret-dialog.tsx'

interface CreateTokenDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function CreateTokenDialog({ isOpen, onClose }: CreateTokenDialogProps) {
  return (
    <SecretDialog isOpen={isOpen} title="Create token" createdTitle="Token created" onClose={onClose}>
      {(onCreated, close) => <CreateTokenForm onCreated={onCreated} onCancel={close} />}
    </SecretDialog>
  )
}
