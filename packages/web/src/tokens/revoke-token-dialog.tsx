import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { messageOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { useTokenPrefix } from '../session/use-account.ts'
import { LastUse } from './last-use.tsx'
import { displayId, type Token } from './token.ts'
import { useRevokeToken } from './token-queries.ts'

interface RevokeTokenDialogProps {
  /** Undefined: closed. */
  readonly token: Token | undefined
  readonly now: number
  readonly onClose: () => void
  readonly onRevoked: () => void
}

export function RevokeTokenDialog({ token, onClose, ...rest }: RevokeTokenDialogProps) {
  return (
    <Modal opened={token !== undefined} onClose={onClose} title="Revoke token">
      {token && <Question token={token} onClose={onClose} {...rest} />}
    </Modal>
  )
}

function Question({ token, now, onClose, onRevoked }: RevokeTokenDialogProps & { readonly token: Token }) {
  const revocation = useRevokeToken()
  const revoke = () =>
    revocation.mutate(token, {
      onSuccess: () => {
        announce(`“${token.name}” is revoked.`)
        onRevoked()
      },
    })

  return (
    <Stack gap="md">
      <FormAlert message={revocation.error ? messageOf(revocation.error) : undefined} />
      <Stack gap={2}>
        <Text fw={600}>{token.name}</Text>
        <Text size="xs" c="dimmed" ff="monospace">
          {displayId(token, useTokenPrefix())}
        </Text>
      </Stack>
      <Group gap="xl" align="flex-start">
        <Stack gap={2}>
          <Text size="sm" c="dimmed">
            Last used
          </Text>
          <LastUse use={token} now={now} />
        </Stack>
      </Group>
      <Text size="sm">
        Whatever still uses this token is refused from its next call on, everywhere. A revoked token cannot be brought
        back; you would create another.
      </Text>
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red.9" onClick={revoke} loading={revocation.isPending}>
          Revoke token
        </Button>
      </Group>
    </Stack>
  )
}
