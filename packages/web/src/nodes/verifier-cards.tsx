import { Stack, Text } from '@mantine/core'
import { Card, Cards, Fact, Facts } from '../app/cards.tsx'
import { Instant } from '../app/instant.tsx'
import { lagOf, leaseLeft, VerifierState, VerifierTitle } from './verifier-state.tsx'
import type { VerifierRowsProps } from './verifier-table.tsx'

export function VerifierCards({ verifiers, now }: VerifierRowsProps) {
  return (
    <Cards label="Nodes">
      {verifiers.map((verifier) => (
        <Card key={verifier.id}>
          <Stack gap="sm">
            <VerifierTitle verifier={verifier} />
            <Facts>
              <Fact label="State">
                <VerifierState verifier={verifier} />
              </Fact>
              <Fact label="Behind">
                <Text size="sm">{lagOf(verifier)}</Text>
              </Fact>
              <Fact label="Lease">
                <Text size="sm">{leaseLeft(verifier)}</Text>
              </Fact>
              <Fact label="Connected">
                <Instant at={verifier.since} now={now} never="Never" />
              </Fact>
            </Facts>
          </Stack>
        </Card>
      ))}
    </Cards>
  )
}
