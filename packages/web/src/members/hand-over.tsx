import { Button, Group, Stack, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { SecretLine } from '../tokens/secret-line.tsx'
import type { Member } from './member-queries.ts'

interface HandOverProps {
  readonly member: Member
  readonly password: string
  readonly onDone: () => void
}

/** What somebody needs to sign in, to be passed on. The password lives in the dialog and is dropped with it. */
export function HandOver({ member, password, onDone }: HandOverProps) {
  const copyButton = useRef<HTMLButtonElement>(null)
  // The form that had the focus is gone.
  useEffect(() => copyButton.current?.focus(), [])
  return (
    <Stack gap="md">
      <Text size="sm">
        <strong>{member.displayName}</strong> signs in with this password once and then has to choose another. Pass it
        on in a way that only {member.firstName} can read; it is not shown again.
      </Text>
      <SecretLine label="Username" text={member.username} copyLabel="Copy username" />
      <SecretLine label="Password" text={password} copyLabel="Copy password" isMain buttonRef={copyButton} />
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  )
}
