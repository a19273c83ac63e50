import { Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ServiceAccount } from './service-account-queries.ts'

export function ServiceAccountTitle({ account: { id, name, description } }: { readonly account: ServiceAccount }) {
  return (
    <div>
      <Anchor component={Link} to={`/_admin/service-accounts/${id}`} size="sm" fw={600}>
        {name}
      </Anchor>
      {description && (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {description}
        </Text>
      )}
    </div>
  )
}
