import { Box, Paper, Stack, Text } from '@mantine/core'
import { Card, Cards } from '../app/cards.tsx'
import { Meaning } from './held-roles.tsx'
import type { Role } from './role-queries.ts'

export interface InheritedRole {
  readonly role: string
  /** Names of the groups, from the nearest to the one that has it. */
  readonly through: readonly string[]
}

interface InheritedRolesProps {
  readonly roles: readonly InheritedRole[]
  readonly holderName: string
  readonly catalogue: readonly Role[] | undefined
}

/** Roles that come through groups: to be taken there, not here. */
export function InheritedRoles({ roles, holderName, catalogue }: InheritedRolesProps) {
  if (roles.length === 0) return null
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        Inherited
      </Text>
      <Paper withBorder radius="md">
        <Cards label={`Inherited roles of ${holderName}`}>
          {roles.map(({ role, through }) => (
            <Card key={role}>
              <Box>
                <Text size="sm" fw={600}>
                  {role}
                </Text>
                <Text size="sm">Through {through.join(' → ')}</Text>
                {catalogue && <Meaning role={catalogue.find(({ name }) => name === role)} />}
              </Box>
            </Card>
          ))}
        </Cards>
      </Paper>
    </Stack>
  )
}
