import { Group, Stack } from '@mantine/core'
import { Card, Cards, Fact, Facts } from '../app/cards.tsx'
import { LastUse } from './last-use.tsx'
import { Sparkline } from './sparkline.tsx'
import { Created, Expires, Status, TokenTitle } from './token-facts.tsx'
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
              <Fact label="Created">
                <Created token={token} now={now} />
              </Fact>
              <Fact label="Expires">
                <Expires token={token} now={now} />
              </Fact>
              <Fact label="Last used">
                <LastUse use={token} now={now} />
                <Sparkline activity={token.activity} />
              </Fact>
              <Fact label="Status">
                <Status token={token} now={now} />
              </Fact>
            </Facts>
            {hasTwoActions && <TokenActions token={token} {...actions} />}
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}
