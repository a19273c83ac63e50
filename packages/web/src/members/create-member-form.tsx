import { Button, Group, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { formErrorsOf } from '../api/problem-messages.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { useAccount } from '../session/use-account.ts'
import { MemberFields } from './member-fields.tsx'
import { type Member, useCreateMember } from './member-queries.ts'
import { emailProblem, firstNameProblem, nameProblem, passwordProblem, usernameProblem } from './member-validation.ts'
import { NewPasswordField } from './new-password-field.tsx'
import { RoleCheckboxes } from './role-checkboxes.tsx'

const FIELDS = ['username', 'email', 'firstName', 'lastName', 'password', 'roles']

interface CreateMemberFormProps {
  readonly onCreated: (member: Member, password: string) => void
  readonly onCancel: () => void
}

export function CreateMemberForm({ onCreated, onCancel }: CreateMemberFormProps) {
  const { permissions } = useAccount()
  const mayGrant = permissions.includes('roles:grant') && permissions.includes('roles:read')
  const creation = useCreateMember()
  const form = useForm({
    initialValues: { username: '', email: '', firstName: '', lastName: '', password: '', roles: [] as string[] },
    validate: {
      username: usernameProblem,
      email: emailProblem,
      firstName: firstNameProblem,
      lastName: nameProblem,
      password: passwordProblem,
    },
  })
  const submit = form.onSubmit(
    ({ username, email, firstName, lastName, password, roles }) =>
      creation.mutate(
        {
          username: username.trim(),
          email: email.trim(),
          firstName: firstName.trim(),
          lastName: lastName.trim(),
          password,
          roles,
        },
        {
          onSuccess: (member) => onCreated(member, password),
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
        <FormAlert message={creation.error ? formErrorsOf(creation.error, FIELDS).message : undefined} />
        <MemberFields inputProps={form.getInputProps} />
        <NewPasswordField label="Initial password" {...form.getInputProps('password')} />
        {mayGrant && <RoleCheckboxes {...form.getInputProps('roles')} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={creation.isPending}>
            Create member
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
