import { Checkbox, Paper, Radio, SimpleGrid, Stack, Text } from '@mantine/core'
import { useTokenOwner } from './token-owner.ts'

const OWN_WORDS = {
  bound: 'A token never does more than you can do yourself.',
  all: 'All of mine, following my roles as they change',
  some: 'Only some of mine',
  loses: 'The token loses one of these when you lose it.',
  none: 'You have no permissions now.',
}
const SERVICE_WORDS = {
  bound: 'A token never does more than its service account may.',
  all: 'All of the service account’s, following its roles as they change',
  some: 'Only some of them',
  loses: 'The token loses one of these when the service account loses it.',
  none: 'The service account has no roles yet, neither given nor by a group.',
}

interface PermissionFieldProps {
  /** Null: all, as they are at each call. */
  readonly value?: string[] | null
  readonly onChange?: (chosen: string[] | null) => void
  readonly error?: string
  readonly 'data-path'?: string
}

/** Everything its owner may do, or less. */
export function PermissionField({ value = null, onChange, error, ...path }: PermissionFieldProps) {
  const { permissions, serviceAccountId } = useTokenOwner()
  const words = serviceAccountId === undefined ? OWN_WORDS : SERVICE_WORDS
  return (
    <Stack gap="xs">
      <Radio.Group
        label="Permissions"
        description={words.bound}
        value={value === null ? 'all' : 'some'}
        onChange={(choice) => onChange?.(choice === 'all' ? null : [])}
      >
        <Stack gap={8} mt="xs">
          <Radio value="all" label={words.all} />
          <Radio value="some" label={words.some} {...path} />
        </Stack>
      </Radio.Group>
      {value !== null && (
        <Paper withBorder p="sm" radius="md">
          <Checkbox.Group
            label="Allowed permissions"
            description={words.loses}
            error={error}
            value={value}
            onChange={(chosen) => onChange?.(chosen)}
          >
            {permissions.length === 0 ? (
              <Text size="sm" c="dimmed" mt="xs">
                {words.none}
              </Text>
            ) : (
              <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={8} my="xs">
                {permissions.map((permission) => (
                  <Checkbox
                    key={permission}
                    value={permission}
                    label={permission}
                    styles={{ label: { fontFamily: 'monospace' } }}
                  />
                ))}
              </SimpleGrid>
            )}
          </Checkbox.Group>
        </Paper>
      )}
    </Stack>
  )
}
