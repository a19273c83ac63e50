import { Box, Button, Group, Paper, Text } from '@mantine/core'
import { Card, Cards } from '../app/cards.tsx'
import { Explained } from '../app/explained.tsx'
import type { Role } from './role-queries.ts'

interface HeldRolesProps {
  readonly roles: readonly string[]
  readonly holderName: string
  /** Undefined: not known, or not yet. */
  readonly catalogue: readonly Role[] | undefined
  readonly onTake: ((role: string) => void) | undefined
  readonly busyRole: string | undefined
}

export function HeldRoles({ roles, holderName, catalogue, onTake, busyRole }: HeldRolesProps) {
  if (roles.length === 0) return <Text size="sm">None is given directly.</Text>
  return (
    <Paper withBorder radius="md">
      <Cards label={`Roles of ${holderName}`}>
        {roles.map((role) => (
          <Card key={role}>
            <Group justify="space-between" align="flex-start">
              <Box flex="1 1 11.5rem">
                <Text size="sm" fw={600}>
                  {role}
                </Text>
                {catalogue && <Meaning role={catalogue.find(({ name }) => name === role)} />}
              </Box>
              {onTake && (
                <Button
                  size="xs"
                  flex="none"
                  variant="default"
                  fw={500}
                  aria-label={`Take away ${role}`}
                  loading={busyRole === role}
                  onClick={() => onTake(role)}
                >
                  Take away
                </Button>
              )}
            </Group>
          </Card>
        ))}
      </Cards>
    </Paper>
  )
}

export function Meaning({ role }: { readonly role: Role | undefined }) {
  if (role === undefined) {
    return (
      <Text size="sm" c="dimmed">
        No longer in the catalogue: it gives nothing.
      </Text>
    )
  }
  const { description, permissions } = role
  return (
    <>
      <Text size="sm" c="dimmed">
        {description}
      </Text>
      <Explained by={permissions.join(', ')} size="xs" c="dimmed">
        {permissions.length} {permissions.length === 1 ? 'permission' : 'permissions'}
      </Explained>
    </>
  )
}
