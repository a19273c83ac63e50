import { Text } from '@mantine/core'
import { Explained } from '../app/explained.tsx'
import { formatExact, relativeTime } from '../app/time.ts'
import { shortClient, type Token } from './token.ts'

/** Of a token, or of whichever token of an account was used last. */
type Use = Pick<Token, 'lastUsedAt' | 'lastUsedAddress' | 'lastUsedClient'>

interface LastUseProps {
  readonly use: Use
  readonly now: number
}

/** When, from where, by what. */
export function LastUse({ use: { lastUsedAt, lastUsedAddress, lastUsedClient }, now }: LastUseProps) {
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
      <Explained by={details} dateTime={lastUsedAt} size="sm">
        {relativeTime(at, now)}
      </Explained>
      <Text size="xs" c="dimmed" truncate maw="11.5rem">
        {origin || 'Origin unknown'}
      </Text>
    </div>
  )
}
