import { Button, Group, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useId } from 'react'
import { recommendedSets } from './recommended-sets.ts'
import type { Role } from './role-queries.ts'

interface RecommendedRolesProps {
  readonly catalogue: readonly Role[]
  readonly held: readonly string[]
  readonly isPending: boolean
  readonly onGive: (roles: readonly string[]) => void
}

/** What service accounts usually need, at a press. */
export function RecommendedRoles({ catalogue, held, isPending, onGive }: RecommendedRolesProps) {
  const id = useId()
  const sets = recommendedSets(catalogue, held)
  if (sets.length === 0) return null
  return (
    <Stack gap="xs" role="group" aria-labelledby={id}>
      <Text size="sm" fw={500} id={id}>
        Recommended for
      </Text>
      <Group gap="xs">
        {sets.map(({ purpose, roles }) => (
          <Button
            key={purpose}
            variant="default"
            h="auto"
            py={6}
            fw={400}
            maw="100%"
            leftSection={<IconPlus size={14} aria-hidden />}
            styles={{ inner: { justifyContent: 'flex-start' }, label: { whiteSpace: 'normal' } }}
            disabled={isPending}
            onClick={() => onGive(roles.filter((role) => !held.includes(role)))}
          >
            <span style={{ textAlign: 'start' }}>
              <Text span size="sm" fw={500} display="block">
                {purpose}
              </Text>
              <Text span size="xs" c="dimmed" display="block">
                {roles.join(' + ')}
              </Text>
            </span>
          </Button>
        ))}
      </Group>
    </Stack>
  )
}
