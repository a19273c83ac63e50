import { Checkbox, Table, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import { Instant } from '../app/instant.tsx'
import classes from '../app/table.module.css'
import { RoleBadges } from '../roles/role-badges.tsx'
import type { Member } from './member-queries.ts'
import { MemberTitle } from './member-title.tsx'

export interface MemberRowsProps {
  readonly members: readonly Member[]
  readonly now: number
  readonly ticked: readonly string[]
  /** Undefined: there is nothing to do with a selection. */
  readonly onTick: ((id: string) => void) | undefined
}

export function MemberTable({ members, now, ticked, onTick }: MemberRowsProps) {
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label="Members" className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          {onTick && <Table.Td w="2.5rem" aria-label="Selection" />}
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col">Email</Table.Th>
          <Table.Th scope="col">Roles</Table.Th>
          <Table.Th scope="col">Tokens</Table.Th>
          <Table.Th scope="col">Signs in by</Table.Th>
          <Table.Th scope="col">Last sign-in</Table.Th>
          <Table.Th scope="col">Status</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {members.map((member) => (
          <Table.Tr key={member.id}>
            {onTick && (
              <Table.Td>
                <Tick member={member} ticked={ticked} onTick={onTick} />
              </Table.Td>
            )}
            <Table.Th scope="row">
              <MemberTitle member={member} />
            </Table.Th>
            <Table.Td style={{ whiteSpace: 'normal' }}>
              <Text size="sm">{member.email}</Text>
            </Table.Td>
            <Table.Td>
              <MemberRoles member={member} />
            </Table.Td>
            <Table.Td>{member.activeTokens}</Table.Td>
            <Table.Td>{methodInWords(member)}</Table.Td>
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

/** How somebody signs in; whoever was imported has no way until the password is reset. */
export function methodInWords({ authenticationMethod, hasPassword }: Member): string {
  const words = { password: 'Password' } as const
  return hasPassword ? words[authenticationMethod] : `${words[authenticationMethod]}, none yet`
}

export function Tick({ member, ticked, onTick }: Pick<MemberRowsProps, 'ticked'> & TickProps) {
  const label = `Select ${member.displayName}`
  return <Checkbox aria-label={label} checked={ticked.includes(member.id)} onChange={() => onTick(member.id)} />
}

interface TickProps {
  readonly member: Member
  readonly onTick: (id: string) => void
}

/** Given directly, and below it what groups give. */
export function MemberRoles({ member: { roles, inheritedRoles } }: { readonly member: Member }) {
  return (
    <>
      <RoleBadges roles={roles} />
      {inheritedRoles.map(({ role, through }) => (
        <Text key={role} size="xs" c="dimmed" style={{ whiteSpace: 'normal' }}>
          {role} by {through.join(' in ')}
        </Text>
      ))}
    </>
  )
}
