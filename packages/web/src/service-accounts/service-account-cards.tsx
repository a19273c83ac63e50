import { Stack, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import { Card, Cards, Fact, Facts } from '../app/cards.tsx'
import { RoleBadges } from '../roles/role-badges.tsx'
import { LastUse } from '../tokens/last-use.tsx'
import type { ServiceAccountRowsProps } from './service-account-table.tsx'
import { ServiceAccountTitle } from './service-account-title.tsx'

export function ServiceAccountCards({ accounts, now }: ServiceAccountRowsProps) {
  return (
    <Cards label="Service accounts">
      {accounts.map((account) => (
        <Card key={account.id}>
          <Stack gap="sm">
            <ServiceAccountTitle account={account} />
            <RoleBadges roles={account.roles} inherited={account.inheritedRoles.map(({ role }) => role)} />
            <Facts>
              <Fact label="Status">
                <AccountStatus account={account} />
              </Fact>
              <Fact label="Active tokens">
                <Text size="sm">{account.activeTokens}</Text>
              </Fact>
              <Fact label="Last used">
                <LastUse use={account} now={now} />
              </Fact>
            </Facts>
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}
