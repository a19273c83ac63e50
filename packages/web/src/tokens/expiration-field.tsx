import { Alert, NativeSelect, Stack, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { IconAlertTriangle } from '@tabler/icons-react'
import { formatUtcDate } from '../app/time.ts'
import type { TokenForm } from './create-token-form.tsx'
import {
  customDateProblem,
  expirationDate,
  expirationOptions,
  isoDate,
  type LifetimeRules,
  latestDate,
} from './expiration.ts'

interface ExpirationFieldProps {
  readonly form: UseFormReturnType<TokenForm>
  readonly now: number
  readonly rules: LifetimeRules
}

export function ExpirationField({ form, now, rules }: ExpirationFieldProps) {
  const { expiration, customDate } = form.values
  const latest = latestDate(rules, now)
  const isComplete = expiration !== 'custom' || customDateProblem(customDate, now, latest) === null
  const date = isComplete ? expirationDate(expiration, customDate, now, rules) : null
  const result = date === null ? undefined : `Valid until the end of ${formatUtcDate(date)} (23:59 UTC).`

  return (
    <Stack gap="xs">
      <NativeSelect
        label="Expiration"
        description={expiration === 'custom' ? undefined : result}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        data={expirationOptions(now, rules)}
        {...form.getInputProps('expiration')}
      />
      {expiration === 'custom' && (
        <TextInput
          type="date"
          label="Expiration date"
          description={result ?? 'Valid until the end of that day in UTC.'}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          min={isoDate(new Date(now))}
          max={latest}
          required
          withAsterisk={false}
          {...form.getInputProps('customDate')}
        />
      )}
      {expiration === 'none' && (
        <Alert role="status" color="yellow" variant="light" icon={<IconAlertTriangle aria-hidden />}>
          It stays valid until you revoke it. If it leaks, whoever finds it can use it for as long; an expiration date
          limits the damage.
        </Alert>
      )}
    </Stack>
  )
}
