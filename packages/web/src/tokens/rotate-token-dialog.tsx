import { Button, Group, Radio, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { useTokenPrefix } from '../session/use-account.ts'
import { SecretDialog } from './secret-dialog.tsx'
import { displayId, type Token } from './token.ts'
import { type NewToken, useRotateToken } from './token-queries.ts'

const OVERLAPS = [
  { value: '0', label: 'At once', note: 'The old one has ended.' },
  { value: '3600', label: 'After 1 hour', note: 'The old one goes on for an hour at most.' },
  { value: '86400', label: 'After 1 day', note: 'The old one goes on for a day at most.' },
] as const

interface RotateTokenDialogProps {
  /** Undefined: closed. */
  readonly token: Token | undefined
  /** Gets the token that took its place, as `SecretDialog` tells. */
  readonly onClose: (replacement?: Token) => void
}

/** A new secret in place of one that is in use. */
export function RotateTokenDialog({ token, onClose }: RotateTokenDialogProps) {
  return (
    <SecretDialog
      isOpen={token !== undefined}
      title="Regenerate token"
      createdTitle="Token regenerated"
      onClose={onClose}
    >
      {(onCreated, close) => token && <RotateTokenForm token={token} onCreated={onCreated} onCancel={close} />}
    </SecretDialog>
  )
}

interface RotateTokenFormProps {
  readonly token: Token
  readonly onCreated: (created: NewToken & { note?: string }) => void
  readonly onCancel: () => void
}

function RotateTokenForm({ token, onCreated, onCancel }: RotateTokenFormProps) {
  const prefix = useTokenPrefix()
  const [overlap, setOverlap] = useState('86400')
  const rotation = useRotateToken((created, { overlapSeconds }) => {
    const note = OVERLAPS.find(({ value }) => value === `${overlapSeconds}`)?.note
    onCreated({ ...created, ...(note && { note }) })
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        rotation.mutate({ tokenId: token.id, overlapSeconds: Number(overlap) })
      }}
    >
      <Stack gap="md">
        <FormAlert message={rotation.error ? messageOf(rotation.error) : undefined} />
        <Stack gap={2}>
          <Text fw={600}>{token.name}</Text>
          <Text size="xs" c="dimmed" ff="monospace">
            {displayId(token, prefix)}
          </Text>
        </Stack>
        <Text size="sm">
          A new token takes its place, with the same name, the same limits and as long a life as this one was given.
        </Text>
        <Radio.Group
          label="When the old one ends"
          description="Long enough to put the new one everywhere. If the old one has leaked: at once."
          value={overlap}
          onChange={setOverlap}
        >
          <Stack gap={8} mt="xs">
            {OVERLAPS.map(({ value, label }) => (
              <Radio key={value} value={value} label={label} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onCancel} data-autofocus>
            Cancel
          </Button>
          <Button type="submit" loading={rotation.isPending}>
            Regenerate token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
