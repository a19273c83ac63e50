import { Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface PageHeaderProps {
  readonly title: string
  readonly description: ReactNode
  readonly action?: ReactNode
}

/** What a page is called, in the heading and in the browser's title, what it is for, and the one thing to do on it. */
export function PageHeader({ title, description, action }: PageHeaderProps) {
  return (
    <Group component="header" justify="space-between" align="flex-start" gap="md" mb="lg">
      <title>{`${title} · RAMP`}</title>
      <Stack gap={4} flex="1 1 18rem" maw="42rem">
        <Title order={1} size="h2">
          {title}
        </Title>
        <Text c="dimmed" size="sm">
          {description}
        </Text>
      </Stack>
      {action}
    </Group>
  )
}
