import { Table, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import { Instant } from '../app/instant.tsx'
import classes from '../app/table.module.css'
import { RoleBadges } from '../roles/role-badges.tsx'
import type { Member } from './member-queries.ts'
import { MemberTitle } from './member-title.tsx'

export interface MemberRowsProps {
  readonly members: readonly Member[]
  readonly now: number
}

export function MemberTable({ members, now }: MemberRowsProps) {
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label="Members" className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col">Email</Table.Th>
          <Table.Th scope="col">Roles</Table.Th>
          <Table.Th scope="col">Last sign-in</Table.Th>
          <Table.Th scope="col">Status</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {members.map((member) => (
          <Table.Tr key={member.id}>
            <Table.Th scope="row">
              <MemberTitle member={member} />
            </Table.Th>
            <Table.Td style={{ whiteSpace: 'normal' }}>
              <Text size="sm">{member.email}</Text>
            </Table.Td>
            <Table.Td>
              <RoleBadges roles={member.roles} />
            </Table.Td>
            <Table.Td>
              <Instant at={member.lastSignInAt} now={now} never="Never" />
            </Table.Td>
            <Table.Td>
              <AccountStatus account={member} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
