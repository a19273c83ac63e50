import { Button, Group, Modal, Text } from '@mantine/core'

interface LeaveSecretDialogProps {
  readonly isOpen: boolean
  readonly onStay: () => void
  readonly onLeave: () => void
}

/** Asks before a secret that nobody copied is gone. */
export function LeaveSecretDialog({ isOpen, onStay, onLeave }: LeaveSecretDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onStay} title="Close without copying?" size="sm" centered zIndex={300}>
      <Text size="sm">
        The token was not copied yet, and it cannot be shown again. Without it you would have to create another.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onLeave}>
          I have copied it
        </Button>
        <Button onClick={onStay} data-autofocus>
          Go back and copy
        </Button>
      </Group>
    </Modal>
  )
}
