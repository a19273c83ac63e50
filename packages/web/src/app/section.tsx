import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

interface SectionProps {
  readonly title: string
  readonly description?: ReactNode
  readonly action?: ReactNode
  /** It has taken the place of what had the focus, and takes that, too: a screen reader says what it is. */
  readonly isNews?: boolean
  readonly children?: ReactNode
}

/** One subject of a page about one thing. */
export function Section({ title, description, action, isNews = false, children }: SectionProps) {
  const id = useId()
  return (
    <Paper
      component="section"
      aria-labelledby={id}
      withBorder
      radius="lg"
      p={{ base: 'md', sm: 'lg' }}
      {...(isNews && { ref: takeFocus, tabIndex: -1, style: { outline: 'none' } })}
    >
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={4} flex="1 1 14rem" maw="38rem">
            <Title order={2} size="h4" id={id}>
              {title}
            </Title>
            {description && (
              <Text size="sm" c="dimmed">
                {description}
              </Text>
            )}
          </Stack>
          {action}
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}

/** As at a new page: from its top. */
function takeFocus(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true })
  if (element) window.scrollTo(0, 0)
}
