import { Table, Text } from '@mantine/core'
import { AccountStatus } from '../app/account-status.tsx'
import classes from '../app/table.module.css'
import { RoleBadges } from '../roles/role-badges.tsx'
import { LastUse } from '../tokens/last-use.tsx'
import type { ServiceAccount } from './service-account-queries.ts'
import { ServiceAccountTitle } from './service-account-title.tsx'

export interface ServiceAccountRowsProps {
  readonly accounts: readonly ServiceAccount[]
  readonly now: number
}

export function ServiceAccountTable({ accounts, now }: ServiceAccountRowsProps) {
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label="Service accounts" className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col">Roles</Table.Th>
          <Table.Th scope="col">Active tokens</Table.Th>
          <Table.Th scope="col">Last used</Table.Th>
          <Table.Th scope="col">Status</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {accounts.map((account) => (
          <Table.Tr key={account.id}>
            <Table.Th scope="row">
              <ServiceAccountTitle account={account} />
            </Table.Th>
            <Table.Td>
              <RoleBadges roles={account.roles} inherited={account.inheritedRoles.map(({ role }) => role)} />
            </Table.Td>
            <Table.Td>
              <Text size="sm">{account.activeTokens}</Text>
            </Table.Td>
            <Table.Td>
              <LastUse use={account} now={now} />
            </Table.Td>
            <Table.Td>
              <AccountStatus account={account} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
