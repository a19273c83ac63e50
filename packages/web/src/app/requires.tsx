import { Button, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useAccount } from '../session/use-account.ts'

interface RequiresProps {
  readonly permission: string
  readonly children: ReactNode
}

/** A page for those who hold the permission; the server refuses the others anyway, less kindly. */
export function Requires({ permission, children }: RequiresProps) {
  return useAccount().permissions.includes(permission) ? children : <Refusal permission={permission} />
}

function Refusal({ permission }: { readonly permission: string }) {
  return (
    <Stack align="center" ta="center" gap="sm" py={80} px="md">
      <title>No access · RAMP</title>
      <ThemeIcon variant="light" color="gray" size={44} radius="xl">
        <IconLock size={22} aria-hidden />
      </ThemeIcon>
      <Title order={1} size="h2">
        This page is not open to you
      </Title>
      <Text c="dimmed" maw="28rem">
        It takes the permission{' '}
        <Text span inherit ff="monospace">
          {permission}
        </Text>
        , which none of your roles gives. An Administrator can give you one that does; it counts at once.
      </Text>
      <Button component={Link} to="/_settings/tokens" variant="default" mt="sm">
        Go to Personal Access Tokens
      </Button>
    </Stack>
  )
}
