import { Button, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'

export function NotFoundPage() {
  return (
    <Stack align="center" ta="center" gap="sm" py={80} px="md">
      <title>Page not found · RAMP</title>
      <Text c="dimmed" size="sm" ff="monospace">
        404
      </Text>
      <Title order={1} size="h2">
        Page not found
      </Title>
      <Text c="dimmed" maw="28rem">
        There is no page at this address. It may have moved, or the link may be incomplete.
      </Text>
      <Button component={Link} to="/_settings/tokens" variant="default" mt="sm">
        Go to Personal Access Tokens
      </Button>
    </Stack>
  )
}
