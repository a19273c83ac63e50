import { Group, Text } from '@mantine/core'

export function Logo() {
  return (
    <Group gap={8} wrap="nowrap">
      <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#3b5bdb" />
        <path d="M7 23.5h18V9z" fill="#fff" />
      </svg>
      <Text fw={700} lts="0.04em">
        RAMP
      </Text>
    </Group>
  )
}
