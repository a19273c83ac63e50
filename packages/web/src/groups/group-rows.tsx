import { Anchor, Stack, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Card, Cards, Fact, Facts } from '../app/cards.tsx'
import classes from '../app/table.module.css'
import { RoleBadges } from '../roles/role-badges.tsx'
import type { ListedGroup } from './group-queries.ts'

interface GroupRowsProps {
  readonly groups: readonly ListedGroup[]
}

export function GroupTable({ groups }: GroupRowsProps) {
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label="Groups" className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col">Roles</Table.Th>
          <Table.Th scope="col">Members</Table.Th>
          <Table.Th scope="col">Groups in it</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {groups.map((group) => (
          <Table.Tr key={group.id}>
            <Table.Th scope="row">
              <GroupTitle group={group} />
            </Table.Th>
            <Table.Td>
              <RoleBadges roles={group.roles} />
            </Table.Td>
            <Table.Td>{group.memberCount}</Table.Td>
            <Table.Td>{group.groupCount}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

export function GroupCards({ groups }: GroupRowsProps) {
  return (
    <Cards label="Groups">
      {groups.map((group) => (
        <Card key={group.id}>
          <Stack gap="sm">
            <GroupTitle group={group} />
            <RoleBadges roles={group.roles} />
            <Facts>
              <Fact label="Members">
                <Text size="sm">{group.memberCount}</Text>
              </Fact>
              <Fact label="Groups in it">
                <Text size="sm">{group.groupCount}</Text>
              </Fact>
            </Facts>
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}

function GroupTitle({ group: { id, name, description } }: { readonly group: ListedGroup }) {
  return (
    <div>
      <Anchor component={Link} to={`/_admin/groups/${id}`} size="sm" fw={600}>
        {name}
      </Anchor>
      {description && (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {description}
        </Text>
      )}
    </div>
  )
}
