import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { FormAlert } from './form-alert.tsx'

interface ConfirmDialogProps {
  readonly isOpen: boolean
  readonly title: string
  /** What will happen, and to what. */
  readonly children: ReactNode
  readonly confirmLabel: string
  /** Whether it takes something away. */
  readonly isDangerous?: boolean
  readonly isPending: boolean
  readonly error: unknown
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something is done. The first Enter too many does nothing. */
export function ConfirmDialog({ isOpen, title, onClose, ...question }: ConfirmDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <Question {...question} onClose={onClose} />
    </Modal>
  )
}

function Question(props: Omit<ConfirmDialogProps, 'isOpen' | 'title'>) {
  const { children, confirmLabel, isDangerous = false, isPending, error, onConfirm, onClose } = props
  return (
    <Stack gap="md">
      <FormAlert message={error ? messageOf(error) : undefined} />
      {children}
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button {...(isDangerous && { color: 'red.9' })} onClick={onConfirm} loading={isPending}>
          {confirmLabel}
        </Button>
      </Group>
    </Stack>
  )
}
