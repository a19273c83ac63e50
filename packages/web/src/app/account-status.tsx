import { Text } from '@mantine/core'
import { Dot } from './dot.tsx'
import { formatDate, formatTime } from './time.ts'

interface AccountStatusProps {
  readonly account: { readonly status: 'active' | 'deactivated'; readonly deactivatedAt: string | null }
}

/** Whether an account counts, and if not, since when. */
export function AccountStatus({ account: { status, deactivatedAt } }: AccountStatusProps) {
  if (status === 'active') return <Dot color="green" label="Active" />
  const at = deactivatedAt === null ? undefined : Date.parse(deactivatedAt)
  return (
    <div>
      <Dot color="gray" label="Deactivated" />
      {at !== undefined && (
        <Text size="xs" c="dimmed">
          since {formatDate(at)}, {formatTime(at)}
        </Text>
      )}
    </div>
  )
}
