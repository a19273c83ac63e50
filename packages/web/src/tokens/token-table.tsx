import { Button, Table } from '@mantine/core'
import { LastUse } from './last-use.tsx'
import { SortHeader } from './sort-header.tsx'
import type { Token } from './token.ts'
import { Created, Expires, Status, TokenTitle } from './token-facts.tsx'
import type { TokenSort } from './token-search.ts'
import classes from './token-table.module.css'

export interface TokenRowsProps {
  readonly tokens: readonly Token[]
  readonly now: number
  readonly label: string
  readonly onRevoke: (token: Token) => void
}

interface TokenTableProps extends TokenRowsProps {
  readonly sort: TokenSort
  readonly onSort: (sort: TokenSort) => void
}

export function TokenTable({ tokens, now, label, sort, onSort, onRevoke }: TokenTableProps) {
  const order = { sort, onSort }
  const hasActions = tokens.some(({ status }) => status === 'active')
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label={label} className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          <SortHeader field="name" label="Name" {...order} />
          <SortHeader field="createdAt" label="Created" {...order} />
          <SortHeader field="expiresAt" label="Expires" {...order} />
          <SortHeader field="lastUsedAt" label="Last used" {...order} />
          <Table.Th>Status</Table.Th>
          {hasActions && <Table.Td aria-label="Actions" />}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tokens.map((token) => (
          <Table.Tr key={token.id}>
            <Table.Th scope="row">
              <TokenTitle token={token} />
            </Table.Th>
            <Table.Td>
              <Created token={token} now={now} />
            </Table.Td>
            <Table.Td>
              <Expires token={token} now={now} />
            </Table.Td>
            <Table.Td>
              <LastUse token={token} now={now} />
            </Table.Td>
            <Table.Td>
              <Status token={token} now={now} />
            </Table.Td>
            {hasActions && (
              <Table.Td ta="right">
                <RevokeButton token={token} onRevoke={onRevoke} />
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface RevokeButtonProps {
  readonly token: Token
  readonly onRevoke: (token: Token) => void
}

export function RevokeButton({ token, onRevoke }: RevokeButtonProps) {
  return (
    <Button
      size="xs"
      flex="none"
      variant="default"
      c="var(--mantine-color-error)"
      fw={500}
      aria-label={`Revoke ${token.name}`}
      onClick={() => onRevoke(token)}
    >
      Revoke
    </Button>
  )
}
