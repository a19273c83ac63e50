import { Table, Text } from '@mantine/core'
import { Instant } from '../app/instant.tsx'
import classes from '../app/table.module.css'
import type { Verifier } from './verifier-queries.ts'
import { lagOf, leaseLeft, VerifierState, VerifierTitle } from './verifier-state.tsx'

export interface VerifierRowsProps {
  readonly verifiers: readonly Verifier[]
  readonly now: number
}

export function VerifierTable({ verifiers, now }: VerifierRowsProps) {
  return (
    <Table verticalSpacing="sm" horizontalSpacing="sm" aria-label="Nodes" className={classes['table']}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col">State</Table.Th>
          <Table.Th scope="col">Behind</Table.Th>
          <Table.Th scope="col">Lease</Table.Th>
          <Table.Th scope="col">Connected</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {verifiers.map((verifier) => (
          <Table.Tr key={verifier.id}>
            <Table.Th scope="row">
              <VerifierTitle verifier={verifier} />
            </Table.Th>
            <Table.Td>
              <VerifierState verifier={verifier} />
            </Table.Td>
            <Table.Td>
              <Text size="sm">{lagOf(verifier)}</Text>
            </Table.Td>
            <Table.Td>
              <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
                {leaseLeft(verifier)}
              </Text>
            </Table.Td>
            <Table.Td>
              <Instant at={verifier.since} now={now} never="Never" />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
