import { Paper, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import { Fact, Facts } from '../app/cards.tsx'
import { Instant } from '../app/instant.tsx'
import { formatDate } from '../app/time.ts'
import { useNow } from '../app/use-now.ts'
import type { Member } from './member-queries.ts'

export function MemberFacts({ member }: { readonly member: Member }) {
  const now = useNow()
  return (
    <Paper withBorder radius="lg" p={{ base: 'md', sm: 'lg' }}>
      <Facts>
        <Fact label="Status">
          <AccountStatus account={member} />
        </Fact>
        <Fact label="Email">
          <Text size="sm">{member.email}</Text>
        </Fact>
        <Fact label="Last sign-in">
          <Instant at={member.lastSignInAt} now={now} never="Never" />
        </Fact>
        <Fact label="Created">
          <Text size="sm">{formatDate(Date.parse(member.createdAt))}</Text>
        </Fact>
        <Fact label="Password">
          <Text size="sm">
            {member.mustChangePassword ? 'To be changed at the next sign-in' : 'Chosen by the member'}
          </Text>
        </Fact>
      </Facts>
    </Paper>
  )
}
