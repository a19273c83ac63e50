import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { LastUse } from './last-use.tsx'
import classes from './token-cards.module.css'
import { Created, Expires, Status, TokenTitle } from './token-facts.tsx'
import { RevokeButton, type TokenRowsProps } from './token-table.tsx'

/** The list where a table has no room. */
export function TokenCards({ tokens, now, label, onRevoke }: TokenRowsProps) {
  return (
    <ul className={classes['list']} aria-label={label}>
      {tokens.map((token) => (
        <li key={token.id} className={classes['card']}>
          <Stack gap="sm">
            <Group justify="space-between" align="flex-start" wrap="nowrap">
              <TokenTitle token={token} />
              {token.status === 'active' && <RevokeButton token={token} onRevoke={onRevoke} />}
            </Group>
            <dl className={classes['facts']}>
              <Fact label="Created">
                <Created token={token} now={now} />
              </Fact>
              <Fact label="Expires">
                <Expires token={token} now={now} />
              </Fact>
              <Fact label="Last used">
                <LastUse token={token} now={now} />
              </Fact>
              <Fact label="Status">
                <Status token={token} now={now} />
              </Fact>
            </dl>
          </Stack>
        </li>
      ))}
    </ul>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed" mb={2}>
        {label}
      </Text>
      <dd>{children}</dd>
    </div>
  )
}
