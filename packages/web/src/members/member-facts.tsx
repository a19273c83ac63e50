import { Anchor, Paper, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { AccountStatus } from '../app/account-status.tsx'
import { Fact, Facts } from '../app/cards.tsx'
import { Instant } from '../app/instant.tsx'
import { formatDate } from '../app/time.ts'
import { useNow } from '../app/use-now.ts'
import { useAccount } from '../session/use-account.ts'
import type { Member } from './member-queries.ts'

export function MemberFacts({ member }: { readonly member: Member }) {
  const now = useNow()
  const maySee = useAccount().permissions.includes('inventory:read')
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
        <Fact label="Active tokens">
          {maySee && member.activeTokens > 0 ? (
            <Anchor component={Link} to={`/_admin/tokens?accountId=${member.id}`} size="sm" underline="always">
              {member.activeTokens}
            </Anchor>
          ) : (
            <Text size="sm">{member.activeTokens}</Text>
          )}
        </Fact>
        <Fact label="Groups">
          <Text size="sm">{member.groups.map(({ name }) => name).join(', ') || 'None'}</Text>
        </Fact>
        <Fact label="Roles by groups">
          <Text size="sm">
            {member.inheritedRoles.map(({ role, through }) => `${role} by ${through.join(' in ')}`).join('; ') ||
              'None'}
          </Text>
        </Fact>
        <Fact label="Created">
          <Text size="sm">{formatDate(Date.parse(member.createdAt))}</Text>
        </Fact>
        <Fact label="Password">
          <Text size="sm">
            {!member.hasPassword
              ? 'None yet: reset it to let the member in'
              : member.mustChangePassword
                ? 'To be changed at the next sign-in'
                : 'Chosen by the member'}
          </Text>
        </Fact>
      </Facts>
    </Paper>
  )
}
