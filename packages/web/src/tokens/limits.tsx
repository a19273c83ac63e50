import { Badge, Group, Text } from '@mantine/core'

interface LimitsProps {
  /** Null: no limit. */
  readonly to: readonly string[] | null
  readonly none: string
}

/** The permissions or addresses that a token is limited to, each of them. */
export function Limits({ to, none }: LimitsProps) {
  if (to === null) return <Text size="sm">{none}</Text>
  return (
    <Group gap={6}>
      {to.map((each) => (
        <Badge key={each} variant="default" tt="none" ff="monospace" fw={500}>
          {each}
        </Badge>
      ))}
    </Group>
  )
}
