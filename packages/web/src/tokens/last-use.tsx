import { Text, Tooltip } from '@mantine/core'
import { formatExact, relativeTime } from '../app/time.ts'
import { shortClient, type Token } from './token.ts'

interface LastUseProps {
  readonly token: Token
  readonly now: number
}

/** When, from where, by what. */
export function LastUse({ token: { lastUsedAt, lastUsedAddress, lastUsedClient }, now }: LastUseProps) {
  if (lastUsedAt === null) {
    return (
      <Text size="sm" c="dimmed">
        Never used
      </Text>
    )
  }
  const at = Date.parse(lastUsedAt)
  const origin = [lastUsedAddress, lastUsedClient && shortClient(lastUsedClient)].filter(Boolean).join(' · ')
  const details = [formatExact(at), lastUsedAddress, lastUsedClient].filter(Boolean).join(' · ')
  return (
    <div>
      <Tooltip label={details}>
        {/* In the tab order although nothing is operated: its tooltip, the exact time, is for keyboards too */}
        <Text component="time" size="sm" dateTime={lastUsedAt} tabIndex={0}>
          {relativeTime(at, now)}
        </Text>
      </Tooltip>
      <Text size="xs" c="dimmed" truncate maw="11.5rem">
        {origin || 'Origin unknown'}
      </Text>
    </div>
  )
}
