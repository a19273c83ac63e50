import { Checkbox, Paper, Radio, SimpleGrid, Stack, Text } from '@mantine/core'
import { useAccount } from '../session/use-account.ts'

interface PermissionFieldProps {
  /** Null: all, as they are at each call. */
  readonly value?: string[] | null
  readonly onChange?: (chosen: string[] | null) => void
  readonly error?: string
  readonly 'data-path'?: string
}

/** Everything its owner may do, or less. */
export function PermissionField({ value = null, onChange, error, ...path }: PermissionFieldProps) {
  const { permissions } = useAccount()
  return (
    <Stack gap="xs">
      <Radio.Group
        label="Permissions"
        description="A token never does more than you can do yourself."
        value={value === null ? 'all' : 'some'}
        onChange={(choice) => onChange?.(choice === 'all' ? null : [])}
      >
        <Stack gap={8} mt="xs">
          <Radio value="all" label="All of mine, following my roles as they change" />
          <Radio value="some" label="Only some of mine" {...path} />
        </Stack>
      </Radio.Group>
      {value !== null && (
        <Paper withBorder p="sm" radius="md">
          <Checkbox.Group
            label="Allowed permissions"
            description="The token loses one of these when you lose it."
            error={error}
            value={value}
            onChange={(chosen) => onChange?.(chosen)}
          >
            {permissions.length === 0 ? (
              <Text size="sm" c="dimmed" mt="xs">
                You have no permissions now.
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
