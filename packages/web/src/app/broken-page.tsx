import { Button, Stack, Text, Title } from '@mantine/core'
import { messageOf } from '../api/problem-messages.ts'

/** In place of a page that could not be shown at all. */
export function BrokenPage({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <Stack role="alert" align="center" ta="center" gap="sm" py={80} px="md">
      <title>Something went wrong · RAMP</title>
      <Title order={1} size="h2">
        This page could not be shown
      </Title>
      <Text c="dimmed" maw="28rem">
        {messageOf(error)}
      </Text>
      <Button onClick={reset} variant="default" mt="sm">
        Try again
      </Button>
    </Stack>
  )
}
