import { Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ServiceAccount } from './service-account-queries.ts'

export function ServiceAccountTitle({ account }: { readonly account: ServiceAccount }) {
  const { id, name, description, maintainers } = account
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
      {maintainers.length > 0 && (
        <Text size="xs" c="dimmed">
          Maintained by {maintainers.map(nameOf).join(', ')}
        </Text>
      )}
    </div>
  )
}

const nameOf = ({ displayName, status }: ServiceAccount['maintainers'][number]) =>
  status === 'active' ? displayName : `${displayName} (deactivated)`
