import { Text } from '@mantine/core'
import { Explained } from './explained.tsx'
import { formatExact, relativeTime } from './time.ts'

interface InstantProps {
  /** Null: it never was. */
  readonly at: string | null
  readonly now: number
  readonly never: string
}

/** "3 minutes ago", and exactly when on demand. */
export function Instant({ at, now, never }: InstantProps) {
  if (at === null) {
    return (
      <Text size="sm" c="dimmed">
        {never}
      </Text>
    )
  }
  const instant = Date.parse(at)
  return (
    <Explained by={formatExact(instant)} dateTime={at} size="sm">
      {relativeTime(instant, now)}
    </Explained>
  )
}
