import { Badge, Group, Text } from '@mantine/core'

/** Roles as a list shows them. */
export function RoleBadges({ roles }: { readonly roles: readonly string[] }) {
  if (roles.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None
      </Text>
    )
  }
  return (
    <Group gap={4}>
      {roles.map((role) => (
        <Badge key={role} variant="default" tt="none" fw={500} maw="100%">
          {role}
        </Badge>
      ))}
    </Group>
  )
}
