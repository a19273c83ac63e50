import { Badge, Group, Text } from '@mantine/core'

interface RoleBadgesProps {
  /** Given directly. */
  readonly roles: readonly string[]
  /** What comes through groups. */
  readonly inherited?: readonly string[]
}

/** Roles as a list shows them. */
export function RoleBadges({ roles, inherited = [] }: RoleBadgesProps) {
  if (roles.length + inherited.length === 0) {
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
      {inherited
        .filter((role) => !roles.includes(role))
        .map((role) => (
          <Badge key={`inherited ${role}`} variant="outline" color="gray" tt="none" fw={500} maw="100%">
            {role} (inherited)
          </Badge>
        ))}
    </Group>
  )
}
