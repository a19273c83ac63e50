import { Stack, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import { Card, Cards, Fact, Facts } from '../app/cards.tsx'
import { Instant } from '../app/instant.tsx'
import { MemberRoles, type MemberRowsProps, methodInWords, Tick } from './member-table.tsx'
import { MemberTitle } from './member-title.tsx'

export function MemberCards({ members, now, ticked, onTick }: MemberRowsProps) {
  return (
    <Cards label="Members">
      {members.map((member) => (
        <Card key={member.id}>
          <Stack gap="sm">
            <div>
              <MemberTitle member={member} />
              <Text size="xs" c="dimmed">
                {member.email}
              </Text>
            </div>
            {onTick && <Tick member={member} ticked={ticked} onTick={onTick} />}
            <MemberRoles member={member} />
            <Facts>
              <Fact label="Status">
                <AccountStatus account={member} />
              </Fact>
              <Fact label="Active tokens">
                <Text size="sm">{member.activeTokens}</Text>
              </Fact>
              <Fact label="Signs in by">
                <Text size="sm">{methodInWords(member)}</Text>
              </Fact>
              <Fact label="Last sign-in">
                <Instant at={member.lastSignInAt} now={now} never="Never" />
              </Fact>
            </Facts>
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}
