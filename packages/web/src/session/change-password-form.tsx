import { Button, Checkbox, Group, Stack } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { ProblemError } from '@ramp/client'
import { formErrorsOf } from '../api/problem-messages.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { PasswordField } from './password-field.tsx'
import { signInMessageOf } from './password-messages.ts'
import { useChangePassword } from './session-actions.ts'
import { usePasswordRule } from './use-password-rule.ts'

const FIELDS = ['currentPassword', 'newPassword']

interface ChangePasswordFormProps {
  readonly submitLabel: string
  /** For password managers, which ask whose password it is that changes. */
  readonly username?: string
  /** Whether to offer that the tokens end along with the old password. */
  readonly offersRevocation?: boolean
  readonly onChanged?: () => void
}

export function ChangePasswordForm({
  submitLabel,
  username,
  offersRevocation = false,
  onChanged,
}: ChangePasswordFormProps) {
  const change = useChangePassword()
  const rule = usePasswordRule()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { currentPassword: '', newPassword: '', repeated: '', revokeTokens: false },
    validate: {
      currentPassword: isNotEmpty('Enter your current password.'),
      newPassword: rule.problemOf,
      repeated: (text, { newPassword }) => (text === newPassword ? null : 'The two do not match.'),
    },
  })

  const submit = form.onSubmit(
    ({ currentPassword, newPassword, revokeTokens }) =>
      change.mutate(
        { currentPassword, newPassword, revokeTokens },
        {
          onSuccess: () => {
            form.reset()
            onChanged?.()
          },
          onError: (error) => {
            const { fields } = formErrorsOf(error, FIELDS)
            form.setErrors(fields)
            focusFirstError(form, fields)
          },
        },
      ),
    (errors) => focusFirstError(form, errors),
  )

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormAlert message={change.error ? alertOf(change.error) : undefined} />
        {username && <input type="text" autoComplete="username" value={username} readOnly hidden />}
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          key={form.key('currentPassword')}
          {...form.getInputProps('currentPassword')}
        />
        <PasswordField
          label="New password"
          description={`${rule.text} A few words that only you would put together work well.`}
          autoComplete="new-password"
          key={form.key('newPassword')}
          {...form.getInputProps('newPassword')}
        />
        <PasswordField
          label="Repeat new password"
          autoComplete="new-password"
          key={form.key('repeated')}
          {...form.getInputProps('repeated')}
        />
        {offersRevocation && (
          <Checkbox
            label="Revoke all my tokens, too"
            description="For when somebody else may know them. Whatever uses them stops at once."
            key={form.key('revokeTokens')}
            {...form.getInputProps('revokeTokens', { type: 'checkbox' })}
          />
        )}
        <Group mt={4}>
          <Button type="submit" loading={change.isPending}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function alertOf(error: unknown): string | undefined {
  const isThrottled = error instanceof ProblemError && error.code === 'too_many_sign_ins'
  return isThrottled ? signInMessageOf(error) : formErrorsOf(error, FIELDS).message
}
