import { Group, Table, Text } from '@mantine/core'
import { formatUtcDate } from '../app/time.ts'
import type { Activity } from './token-detail-queries.ts'

const WIDTH = 720
const HEIGHT = 120

/** Calls and refusals of each day, one bar a day; the same as a table for whoever does not see bars. */
export function UsageChart({ days }: Pick<Activity, 'days'>) {
  const most = Math.max(1, ...days.map(({ calls, refusals }) => calls + refusals))
  const sum = (what: 'calls' | 'refusals') => days.reduce((total, day) => total + day[what], 0)
  const step = WIDTH / days.length
  const scale = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT))
  const used = days.filter(({ calls, refusals }) => calls + refusals > 0)
  const first = days[0]?.date ?? ''
  const last = days.at(-1)?.date ?? ''
  const label = `${sum('calls').toLocaleString('en')} calls and ${sum('refusals').toLocaleString('en')} refusals in ${days.length} days`
  return (
    <div>
      <Group gap="lg" mb="xs">
        <Legend color="var(--mantine-primary-color-filled)" label={`${sum('calls').toLocaleString('en')} calls`} />
        <Legend color="var(--mantine-color-red-7)" label={`${sum('refusals').toLocaleString('en')} refusals`} />
      </Group>
      <svg role="img" aria-label={label} width="100%" viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`} preserveAspectRatio="none">
        <title>{label}</title>
        {days.map(({ date, calls, refusals }, index) => {
          const [accepted, refused] = [scale(calls), scale(refusals)]
          const bar = { x: index * step, width: step - 1.5 }
          return (
            <g key={date}>
              <title>{`${formatUtcDate(date)}: ${calls} calls, ${refusals} refusals`}</title>
              <rect {...bar} y={0} height={HEIGHT} fill="transparent" />
              <rect {...bar} y={HEIGHT - accepted} height={accepted} fill="var(--mantine-primary-color-filled)" />
              <rect {...bar} y={HEIGHT - accepted - refused} height={refused} fill="var(--mantine-color-red-7)" />
            </g>
          )
        })}
        <line x1={0} x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} stroke="var(--mantine-color-default-border)" />
      </svg>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {formatUtcDate(first)}
        </Text>
        <Text size="xs" c="dimmed">
          {formatUtcDate(last)}, most a day: {most.toLocaleString('en')}
        </Text>
      </Group>
      {used.length > 0 && (
        <details>
          <summary>
            <Text component="span" size="sm">
              As a table
            </Text>
          </summary>
          <Table aria-label="Calls and refusals a day" mt="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Day (UTC)</Table.Th>
                <Table.Th scope="col">Calls</Table.Th>
                <Table.Th scope="col">Refusals</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {used.toReversed().map(({ date, calls, refusals }) => (
                <Table.Tr key={date}>
                  <Table.Td>{formatUtcDate(date)}</Table.Td>
                  <Table.Td>{calls.toLocaleString('en')}</Table.Td>
                  <Table.Td>{refusals.toLocaleString('en')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </details>
      )}
    </div>
  )
}

function Legend({ color, label }: { readonly color: string; readonly label: string }) {
  return (
    <Group gap={6}>
      <span aria-hidden style={{ width: 10, height: 10, borderRadius: 2, background: color }} />
      <Text size="sm">{label}</Text>
    </Group>
  )
}
