import { Anchor, Checkbox, Group, Stack, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { Card, Cards, Fact, Facts } from '../app/cards.tsx'
import classes from '../app/table.module.css'
import { useTokenPrefix } from '../session/use-account.ts'
import { SortHeader } from '../tokens/sort-header.tsx'
import { displayId } from '../tokens/token.ts'
import { TokenCells, TokenFacts } from '../tokens/token-facts.tsx'
import { Owner } from '../tokens/token-page.tsx'
import type { TokenSort } from '../tokens/token-search.ts'
import type { InventoryToken } from './inventory-queries.ts'

export interface InventoryRowsProps {
  readonly tokens: readonly InventoryToken[]
  readonly now: number
  readonly sort: TokenSort
  readonly onSort: (sort: TokenSort) => void
  readonly selected: ReadonlySet<string>
  /** Undefined: nothing can be selected, for want of the permission to revoke. */
  readonly onSelect: ((id: string, isSelected: boolean) => void) | undefined
}

export function InventoryTable({ tokens, now, sort, onSort, selected, onSelect }: InventoryRowsProps) {
  const order = { sort, onSort }
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label="Tokens" className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          {onSelect && <Table.Td aria-label="Selection" />}
          <SortHeader field="name" label="Name" {...order} />
          <Table.Th scope="col">Owner</Table.Th>
          <SortHeader field="createdAt" label="Created" {...order} />
          <SortHeader field="expiresAt" label="Expires" {...order} />
          <SortHeader field="lastUsedAt" label="Last used" {...order} />
          <Table.Th scope="col">Status</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tokens.map((token) => (
          <Table.Tr key={token.id}>
            {onSelect && (
              <Table.Td>
                <Select token={token} selected={selected} onSelect={onSelect} />
              </Table.Td>
            )}
            <Table.Th scope="row">
              <Title token={token} />
            </Table.Th>
            <Table.Td>
              <Owner owner={token.owner} />
              <Text size="xs" c="dimmed">
                {token.kind === 'pat' ? 'Personal' : 'Service'}
              </Text>
            </Table.Td>
            <TokenCells token={token} now={now} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

export function InventoryCards({ tokens, now, selected, onSelect }: InventoryRowsProps) {
  return (
    <Cards label="Tokens">
      {tokens.map((token) => (
        <Card key={token.id}>
          <Stack gap="sm">
            <Group justify="space-between" align="flex-start" wrap="nowrap">
              <Title token={token} />
              {onSelect && <Select token={token} selected={selected} onSelect={onSelect} />}
            </Group>
            <Facts>
              <Fact label="Owner">
                <Owner owner={token.owner} />
              </Fact>
              <TokenFacts token={token} now={now} />
            </Facts>
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}

function Title({ token }: { readonly token: InventoryToken }) {
  return (
    <div>
      <Anchor component={Link} to={`${ADMIN_PAGES.tokens.to}/${token.id}`} size="sm" fw={600}>
        {token.name}
      </Anchor>
      <Text size="xs" c="dimmed" ff="monospace">
        {displayId(token, useTokenPrefix())}
      </Text>
    </div>
  )
}

interface SelectProps {
  readonly token: InventoryToken
  readonly selected: ReadonlySet<string>
  readonly onSelect: (id: string, isSelected: boolean) => void
}

function Select({ token, selected, onSelect }: SelectProps) {
  return (
    <Checkbox
      aria-label={`Select ${token.name}`}
      disabled={token.status === 'revoked'}
      checked={selected.has(token.id)}
      onChange={({ currentTarget }) => onSelect(token.id, currentTarget.checked)}
    />
  )
}
