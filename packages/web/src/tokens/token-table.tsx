import { Button, Group, Table } from '@mantine/core'
import classes from '../app/table.module.css'
import { SortHeader } from './sort-header.tsx'
import type { Token } from './token.ts'
import { TokenCells, TokenTitle } from './token-facts.tsx'
import type { TokenSort } from './token-search.ts'

export interface TokenRowsProps {
  readonly tokens: readonly Token[]
  readonly now: number
  readonly label: string
  /** Without it there is no such button. */
  readonly onRevoke?: ((token: Token) => void) | undefined
  readonly onRotate?: ((token: Token) => void) | undefined
}

interface TokenTableProps extends TokenRowsProps {
  readonly sort: TokenSort
  readonly onSort: (sort: TokenSort) => void
}

export function TokenTable({ tokens, now, label, sort, onSort, ...actions }: TokenTableProps) {
  const order = { sort, onSort }
  const hasActions = actions.onRevoke !== undefined && tokens.some(({ status }) => status === 'active')
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
            <TokenCells token={token} now={now} />
            {hasActions && (
              <Table.Td ta="right">
                <TokenActions token={token} {...actions} />
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface TokenActionsProps extends Pick<TokenRowsProps, 'onRevoke' | 'onRotate'> {
  readonly token: Token
}

/** What can be done with a token, as long as it is valid. */
export function TokenActions({ token, onRevoke, onRotate }: TokenActionsProps) {
  if (token.status !== 'active') return null
  const shared = { size: 'xs', flex: 'none', variant: 'default', fw: 500 } as const
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      {onRotate && (
        <Button {...shared} aria-label={`Regenerate ${token.name}`} onClick={() => onRotate(token)}>
          Regenerate
        </Button>
      )}
      {onRevoke && (
        <Button
          {...shared}
          c="var(--mantine-color-error)"
          aria-label={`Revoke ${token.name}`}
          onClick={() => onRevoke(token)}
        >
          Revoke
        </Button>
      )}
    </Group>
  )
}
