import { Alert, Group, List, Stack, Text, ThemeIcon } from '@mantine/core'
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import { formatExact } from '../app/time.ts'
import type { Explanation } from './token-detail-queries.ts'

const RULES: Readonly<Record<string, string>> = {
  format: 'Form',
  known: 'Known',
  secret: 'Secret',
  not_revoked: 'Not revoked',
  not_expired: 'Not expired',
  account_active: 'Account active',
  address_allowed: 'Address allowed',
  address_allowed_by_policy: 'Address allowed by policy',
  permission: 'Permission',
}

const SIGNS = {
  passed: { color: 'green.9', Icon: IconCheck, label: 'Passes' },
  failed: { color: 'red.9', Icon: IconX, label: 'Fails' },
  open: { color: 'gray.7', Icon: IconMinus, label: 'Not asked' },
} as const

/** Every rule of verification in its order: passed, failed or not asked, since when and by whom. */
export function Findings({ accepted, rules }: Pick<Explanation, 'accepted' | 'rules'>) {
  return (
    <Stack gap="sm" role="status">
      <Alert color={accepted ? 'green' : 'red'} title={accepted ? 'It would be accepted' : 'It would be refused'} />
      <List listStyleType="none" spacing="xs">
        {rules.map(({ rule, passed, detail, since, by }) => {
          const { color, Icon, label } = SIGNS[passed === null ? 'open' : passed ? 'passed' : 'failed']
          return (
            <List.Item key={rule}>
              <Group gap="sm" wrap="nowrap" align="flex-start">
                <ThemeIcon color={color} size={20} radius="xl" mt={2}>
                  <Icon size={14} aria-label={label} />
                </ThemeIcon>
                <div>
                  <Text size="sm" fw={600}>
                    {RULES[rule] ?? rule}
                  </Text>
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                    {detail}
                  </Text>
                  {since !== undefined && (
                    <Text size="xs" c="dimmed">
                      Since {formatExact(Date.parse(since))}
                      {by !== undefined && `, by ${by}`}
                    </Text>
                  )}
                </div>
              </Group>
            </List.Item>
          )
        })}
      </List>
    </Stack>
  )
}
