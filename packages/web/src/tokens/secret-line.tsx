import { Button, Group, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useTimeout } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { type Ref, useId, useRef, useState } from 'react'
import { copyText } from './copy-text.ts'
import classes from './secret-line.module.css'

const FEEDBACK_MS = 2500

interface SecretLineProps {
  readonly label: string
  readonly text: string
  readonly copyLabel: string
  readonly isMain?: boolean
  readonly buttonRef?: Ref<HTMLButtonElement>
  /** By the button, or by hand. */
  readonly onCopied?: () => void
}

/** A line to take away, and a button that does. Not an input: browsers remember those for a restored session. */
export function SecretLine({ label, text, copyLabel, isMain = false, buttonRef, onCopied }: SecretLineProps) {
  const labelId = useId()
  const code = useRef<HTMLElement>(null)
  const [result, setResult] = useState<'copied' | 'selected'>()
  const { start: forgetSoon } = useTimeout(() => setResult(undefined), FEEDBACK_MS)

  const copy = async () => {
    const isCopied = await copyText(text, code.current)
    setResult(isCopied ? 'copied' : 'selected')
    if (!isCopied) return
    forgetSoon()
    onCopied?.()
  }

  return (
    <Stack gap={4} role="group" aria-labelledby={labelId}>
      <Text id={labelId} size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" align="flex-start" wrap="nowrap" className={classes['line']}>
        {/* Selecting and copying with the keys counts too. */}
        <code ref={code} className={classes['code']} onCopy={() => onCopied?.()}>
          {text}
        </code>
        <Button
          ref={buttonRef}
          data-autofocus={isMain || undefined}
          onClick={copy}
          variant={isMain ? 'filled' : 'default'}
          aria-label={result === 'copied' ? undefined : copyLabel}
          leftSection={result === 'copied' ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          className={classes['button']}
        >
          {result === 'copied' ? 'Copied' : 'Copy'}
        </Button>
      </Group>
      {result === 'selected' && (
        <Text size="xs" c="dimmed">
          The browser did not allow copying. The line is selected: press Ctrl+C or ⌘C.
        </Text>
      )}
      <VisuallyHidden role="status">{result === 'copied' && `${label}: copied to the clipboard`}</VisuallyHidden>
    </Stack>
  )
}
