import { Checkbox, NumberInput, SimpleGrid, Stack, Textarea } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { PolicyValues } from './policy-values.ts'

interface RulesFieldsProps {
  readonly form: UseFormReturnType<PolicyValues>
  readonly kind: 'pat' | 'service'
}

const ORDER = ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[]

/** The rules that both kinds of tokens have. */
export function RulesFields({ form, kind }: RulesFieldsProps) {
  const isImplied = form.values[kind].maximumLifetimeDays !== ''
  const number = (name: string) => ({
    min: 1,
    allowDecimal: false,
    allowNegative: false,
    inputWrapperOrder: ORDER,
    hideControls: true,
    ...form.getInputProps(`${kind}.${name}`),
  })
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
        <NumberInput
          label="Maximum lifetime in days"
          description="Empty: no maximum. Older tokens end; others end sooner than planned."
          {...number('maximumLifetimeDays')}
        />
        <NumberInput
          label="Preset of the form in days"
          description="What is chosen when somebody opens the form. Empty: 30 days."
          {...number('defaultLifetimeDays')}
        />
        <NumberInput
          label="Active tokens per account"
          description="Empty: any number. Those there are go on."
          {...number('tokensPerAccount')}
        />
        <NumberInput
          label="Revoke when unused for days"
          description="Empty: never. Counts from the last use, or from creation."
          {...number('endUnusedAfterDays')}
        />
      </SimpleGrid>
      <Checkbox
        label="Every token must have an expiration"
        description={isImplied ? 'A maximum lifetime implies it.' : 'Tokens that have none are given one.'}
        {...form.getInputProps(`${kind}.expirationRequired`, { type: 'checkbox' })}
        {...(isImplied && { checked: true, disabled: true })}
      />
      <Textarea
        label="Allowed addresses"
        description="Addresses and ranges, one on a line, such as 192.0.2.0/24. Empty: any. Counts at once, besides a token’s own."
        autosize
        minRows={2}
        maxRows={8}
        inputWrapperOrder={ORDER}
        {...form.getInputProps(`${kind}.allowedAddresses`)}
      />
    </Stack>
  )
}
