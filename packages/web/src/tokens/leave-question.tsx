import { Button, Group, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'

interface LeaveQuestionProps {
  readonly onStay: () => void
  readonly onLeave: () => void
}

/** Asks before a secret that nobody copied is gone. */
export function LeaveQuestion({ onStay, onLeave }: LeaveQuestionProps) {
  const stayButton = useRef<HTMLButtonElement>(null)
  useEffect(() => stayButton.current?.focus(), [])
  return (
    <>
      <Text size="sm">
        The token was not copied yet, and it cannot be shown again. Without it you would have to create another.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onLeave}>
          I have copied it
        </Button>
        <Button ref={stayButton} onClick={onStay}>
          Go back and copy
        </Button>
      </Group>
    </>
  )
}
