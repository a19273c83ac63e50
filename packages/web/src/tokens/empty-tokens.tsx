import { Button, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconKey, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { anyTokenQuery } from './token-queries.ts'
import type { TokenTab } from './token-search.ts'

interface EmptyTokensProps {
  readonly status: TokenTab
  readonly q: string | undefined
  readonly onCreate: () => void
  readonly onClear: () => void
}

/** Why a list is empty, and what to do about it. */
export function EmptyTokens({ status, q, onCreate, onClear }: EmptyTokensProps) {
  const isActive = status === 'active'
  const { data: hasAny } = useQuery({ ...anyTokenQuery, enabled: isActive && q === undefined })

  if (q !== undefined) {
    return (
      <Empty
        icon={<IconSearch size={22} aria-hidden />}
        title="No matching tokens"
        text={`None of your ${status} tokens matches “${q}”.`}
      >
        <Button variant="default" onClick={onClear}>
          Clear search
        </Button>
      </Empty>
    )
  }
  const icon = <IconKey size={22} aria-hidden />
  if (status === 'expired') {
    return (
      <Empty icon={icon} title="No expired tokens" text="A token moves here when its expiration date has passed." />
    )
  }
  if (status === 'revoked') {
    return (
      <Empty icon={icon} title="No revoked tokens" text="Revoked tokens stay listed here, with when and by whom." />
    )
  }
  return (
    <Empty
      icon={icon}
      title={hasAny ? 'No active tokens' : 'No tokens yet'}
      text="A personal access token lets a script, an IDE plug-in or Postman call the API as you, without your password. Give each use a token of its own, so that you can revoke one without breaking the others."
    >
      <Button onClick={onCreate}>{hasAny ? 'Create another' : 'Create your first token'}</Button>
    </Empty>
  )
}

interface EmptyProps {
  readonly icon: ReactNode
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}

function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <Stack align="center" ta="center" gap="xs" px="lg" py={48}>
      <ThemeIcon variant="light" color="gray" size={44} radius="xl">
        {icon}
      </ThemeIcon>
      <Title order={2} size="h4" mt="xs">
        {title}
      </Title>
      <Text size="sm" c="dimmed" maw="28rem" mb={children ? 'sm' : 0}>
        {text}
      </Text>
      {children}
    </Stack>
  )
}
