import { Paper, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import { Fact, Facts } from '../app/cards.tsx'
import { formatDate } from '../app/time.ts'
import { useNow } from '../app/use-now.ts'
import { LastUse } from '../tokens/last-use.tsx'
import type { ServiceAccount } from './service-account-queries.ts'

export function ServiceAccountFacts({ account }: { readonly account: ServiceAccount }) {
  const { createdAt, createdBy, activeTokens } = account
  const now = useNow()
  return (
    <Paper withBorder radius="lg" p={{ base: 'md', sm: 'lg' }}>
      <Facts>
        <Fact label="Status">
          <AccountStatus account={account} />
        </Fact>
        <Fact label="Active tokens">
          <Text size="sm">{activeTokens}</Text>
        </Fact>
        <Fact label="Last used">
          <LastUse use={account} now={now} />
        </Fact>
        <Fact label="Created">
          <Text size="sm">
            {formatDate(Date.parse(createdAt))}
            {createdBy !== null && ` by ${createdBy}`}
          </Text>
        </Fact>
      </Facts>
    </Paper>
  )
}
