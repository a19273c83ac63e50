import { Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Member } from './member-queries.ts'

export function MemberTitle({ member: { id, displayName, username } }: { readonly member: Member }) {
  return (
    <div>
      <Anchor component={Link} to={`/_admin/ramp-tenant-members/${id}`} size="sm" fw={600}>
        {displayName}
      </Anchor>
      <Text size="xs" c="dimmed">
        {username}
      </Text>
    </div>
  )
}
