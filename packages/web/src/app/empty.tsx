import { Stack, Text, ThemeIcon, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface EmptyProps {
  readonly icon: ReactNode
  readonly title: string
  readonly text: string
  readonly children?: ReactNode
}

/** In place of a list: why there is nothing, and what to do about it. */
export function Empty({ icon, title, text, children }: EmptyProps) {
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
