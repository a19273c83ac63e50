import { Button, Stack, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { PasswordField } from './password-field.tsx'
import { signInMessageOf } from './password-messages.ts'
import { useSignIn } from './session-actions.ts'

export function SignInForm() {
  const signIn = useSignIn()
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { username: '', password: '' },
    validate: { username: isNotEmpty('Enter your username.'), password: isNotEmpty('Enter your password.') },
  })

  const submit = form.onSubmit(
    (values) =>
      signIn.mutate(values, {
        onError: () => {
          form.setFieldValue('password', '')
          form.getInputNode('password')?.focus()
        },
      }),
    (errors) => focusFirstError(form, errors),
  )

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormAlert message={signIn.error ? signInMessageOf(signIn.error) : undefined} />
        <TextInput
          label="Username"
          required
          withAsterisk={false}
          autoComplete="username"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          autoFocus
          key={form.key('username')}
          {...form.getInputProps('username')}
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
