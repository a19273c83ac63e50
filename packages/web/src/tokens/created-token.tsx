import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { formatUtc } from '../app/time.ts'
import { SecretLine } from './secret-line.tsx'
import type { Token } from './token.ts'

interface CreatedTokenProps {
  readonly token: Token
  readonly secret: string
  /** What else there is to know now. */
  readonly note?: string | undefined
  readonly onCopied: () => void
  readonly onDone: () => void
}

/** The one time that a secret is shown, and how to use it. */
export function CreatedToken({ token, secret, note, onCopied, onDone }: CreatedTokenProps) {
  const top = useRef<HTMLDivElement>(null)
  const copyButton = useRef<HTMLButtonElement>(null)
  // The form that had the focus is gone; the next thing to do is to copy.
  useEffect(() => {
    copyButton.current?.focus({ preventScroll: true })
    // The form may have been scrolled to its end, and the warning comes first.
    top.current?.scrollIntoView({ block: 'start' })
  }, [])

  return (
    <Stack gap="md" ref={top} style={{ scrollMarginTop: '6rem' }}>
      <Text size="sm">
        <strong>{token.name}</strong> is ready. It {validity(token)}. {note}
      </Text>
      <Alert color="yellow" variant="light" icon={<IconAlertTriangle aria-hidden />} title="Copy it now">
        This is the only time the token is shown; nobody can read it again, not even an administrator. Keep it in a
        password manager or a secret store, never in a repository.
      </Alert>
      <SecretLine label="Token" text={secret} copyLabel="Copy" isMain buttonRef={copyButton} onCopied={onCopied} />
      <SecretLine
        label="As an environment variable"
        text={`export RAMP_TOKEN=${secret}`}
        copyLabel="Copy export line"
        onCopied={onCopied}
      />
      <SecretLine
        label="Try it: this answers who you are"
        text={`curl -H "Authorization: Bearer $RAMP_TOKEN" ${location.origin}/api/v1/me`}
        copyLabel="Copy curl command"
      />
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  )
}

function validity({ expiresAt }: Token): string {
  return expiresAt === null ? 'is valid until you revoke it' : `expires on ${formatUtc(Date.parse(expiresAt))}`
}
