import { Group, Stack } from '@mantine/core'
import { Card, Cards, Facts } from '../app/cards.tsx'
import { TokenFacts, TokenTitle } from './token-facts.tsx'
import { TokenActions, type TokenRowsProps } from './token-table.tsx'

/** The list where a table has no room. */
export function TokenCards({ tokens, now, label, ...actions }: TokenRowsProps) {
  // Two do not fit beside the name.
  const hasTwoActions = actions.onRotate !== undefined
  return (
    <Cards label={label}>
      {tokens.map((token) => (
        <Card key={token.id}>
          <Stack gap="sm">
            <Group justify="space-between" align="flex-start" wrap="nowrap">
              <TokenTitle token={token} />
              {!hasTwoActions && <TokenActions token={token} {...actions} />}
            </Group>
            <Facts>
              <TokenFacts token={token} now={now} />
            </Facts>
            {hasTwoActions && <TokenActions token={token} {...actions} />}
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}
