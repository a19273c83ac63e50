import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { messageOf } from '../api/problem-messages.ts'
import { Fact, Facts } from '../app/cards.tsx'
import { FormAlert } from '../app/form-alert.tsx'
import { Instant } from '../app/instant.tsx'
import { Section } from '../app/section.tsx'
import { formatUtcDate } from '../app/time.ts'
import { useNow } from '../app/use-now.ts'
import { creationRefusal } from '../policy/creation-refusal.ts'
import { tokenRulesQuery } from '../policy/policy-queries.ts'
import { useAccount } from '../session/use-account.ts'
import { Limits } from '../tokens/limits.tsx'
import { type Asked, type Decision, useDecide } from './authorize-queries.ts'

interface QuestionProps {
  readonly code: string
  readonly asked: Asked
  readonly onDecided: (decision: Decision) => void
  readonly onBack: () => void
}

/** Who asks, from where and for what. Everything the program says of itself is its own word, and the page says so. */
export function Question({ code, asked, onDecided, onBack }: QuestionProps) {
  const decide = useDecide(code)
  const refusal = creationRefusal(useQuery(tokenRulesQuery).data)
  const choose = (decision: Decision) => decide.mutate(decision, { onSuccess: () => onDecided(decision) })
  return (
    <Section title={`Give “${asked.deviceName}” a token that acts as you?`} isNews>
      <Stack gap="lg">
        <FormAlert message={decide.error ? messageOf(decide.error) : undefined} />
        {refusal && (
          <Alert color="gray" variant="light">
            {refusal}
          </Alert>
        )}
        <AskedFacts code={code} asked={asked} />
        <Alert
          color="yellow"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title="Did you start this yourself?"
        >
          Approve only if your own program shows exactly this code now. If somebody sent you the code or a link, deny
          it: whoever asked would act as you, from their machine.
        </Alert>
        <Group justify="space-between" gap="sm">
          <Button variant="subtle" color="gray" onClick={onBack} c="var(--mantine-color-text)">
            Another code
          </Button>
          <Group gap="sm">
            <Button
              variant="default"
              onClick={() => choose('deny')}
              loading={decide.isPending && decide.variables === 'deny'}
              disabled={decide.isPending && decide.variables === 'approve'}
            >
              Deny
            </Button>
            {refusal === undefined && (
              <Button
                onClick={() => choose('approve')}
                loading={decide.isPending && decide.variables === 'approve'}
                disabled={decide.isPending && decide.variables === 'deny'}
              >
                Approve
              </Button>
            )}
          </Group>
        </Group>
      </Stack>
    </Section>
  )
}

function AskedFacts({ code, asked }: Pick<QuestionProps, 'code' | 'asked'>) {
  const now = useNow()
  const { username } = useAccount()
  return (
    <Facts>
      <Fact label="Code">
        <Text fw={700} ff="monospace">
          {inGroups(code)}
        </Text>
      </Fact>
      <Fact label="Machine, by its own word">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {asked.deviceName}
        </Text>
      </Fact>
      <Fact label="Asked from">
        <Text size="sm">{asked.address}</Text>
        {asked.client && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {asked.client}
          </Text>
        )}
      </Fact>
      <Fact label="Asked">
        <Instant at={asked.requestedAt} now={now} never="" />
      </Fact>
      <Fact label="The token would act as">
        <Text size="sm">{username}</Text>
      </Fact>
      <Fact label="It would end">
        <Text size="sm">{asked.tokenExpiresAt ? formatUtcDate(Date.parse(asked.tokenExpiresAt)) : 'When revoked'}</Text>
      </Fact>
      <Fact label="It could do">
        <Limits to={asked.permissions} none="All that you may, as it is at each call" />
      </Fact>
    </Facts>
  )
}

/** As the program shows it, however it was typed. */
function inGroups(code: string): string {
  const letters = code.replace(/[^A-Z]/g, '')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}
