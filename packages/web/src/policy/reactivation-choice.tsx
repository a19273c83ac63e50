import { Radio, Stack } from '@mantine/core'

export type TokensAtReactivation = 'policy' | 'restore' | 'revoke'

interface ReactivationChoiceProps {
  readonly value: TokensAtReactivation
  readonly onChange: (value: TokensAtReactivation) => void
}

const CHOICES = [
  { value: 'policy', label: 'As the policy says' },
  { value: 'restore', label: 'Work again, at once' },
  { value: 'revoke', label: 'Stay revoked, for good' },
] as const

/** What becomes of an account's tokens when the account comes back. */
export function ReactivationChoice({ value, onChange }: ReactivationChoiceProps) {
  return (
    <Radio.Group
      label="Tokens that have neither expired nor been revoked"
      value={value}
      onChange={(chosen) => onChange(CHOICES.find((choice) => choice.value === chosen)?.value ?? 'policy')}
    >
      <Stack gap={8} mt="xs">
        {CHOICES.map((choice) => (
          <Radio key={choice.value} {...choice} />
        ))}
      </Stack>
    </Radio.Group>
  )
}

/** As the API wants it: what is left to the policy is left out. */
export const tokensField = (choice: TokensAtReactivation) => (choice === 'policy' ? {} : { tokens: choice })
