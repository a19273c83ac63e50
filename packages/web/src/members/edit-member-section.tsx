import { Button, Group, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { formErrorsOf } from '../api/problem-error.ts'
import { announce } from '../app/announce.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { MemberFields } from './member-fields.tsx'
import { type Member, useChangeMember } from './member-queries.ts'
import { emailProblem, firstNameProblem, nameProblem, usernameProblem } from './member-validation.ts'

const FIELDS = ['username', 'email', 'firstName', 'lastName']

export function EditMemberSection({ member }: { readonly member: Member }) {
  const { id, username, email, firstName, lastName } = member
  const change = useChangeMember(id)
  const form = useForm({
    initialValues: { username, email, firstName, lastName },
    validate: {
      username: usernameProblem,
      email: emailProblem,
      firstName: firstNameProblem,
      lastName: nameProblem,
    },
  })
  const submit = form.onSubmit(
    (names) =>
      change.mutate(
        {
          username: names.username.trim(),
          email: names.email.trim(),
          firstName: names.firstName.trim(),
          lastName: names.lastName.trim(),
        },
        {
          onSuccess: ({ displayName }) => announce(`${displayName} is saved.`),
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
    <Section title="Name and email">
      <form onSubmit={submit} noValidate>
        <Stack gap="md" maw="38rem">
          <FormAlert message={change.error ? formErrorsOf(change.error, FIELDS).message : undefined} />
          <MemberFields inputProps={form.getInputProps} />
          <Group>
            <Button type="submit" loading={change.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
