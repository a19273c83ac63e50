import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { ReactNode } from 'react'
import { formErrorsOf } from '../api/problem-error.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'

const NAME_MAX_LENGTH = 100
const DESCRIPTION_MAX_LENGTH = 500
const FIELDS = ['name', 'description']

interface Names {
  readonly name: string
  readonly description: string
}

interface ServiceAccountFormProps {
  readonly initial: Names
  readonly submitLabel: string
  readonly error: unknown
  readonly isPending: boolean
  readonly onSubmit: (names: Names, options: { readonly onError: (error: unknown) => void }) => void
  /** A button before the one that submits. */
  readonly secondary?: ReactNode
}

export function ServiceAccountForm(props: ServiceAccountFormProps) {
  const { initial, submitLabel, error, isPending, onSubmit, secondary } = props
  const form = useForm({
    initialValues: { ...initial },
    validate: { name: nameProblem, description: descriptionProblem },
  })
  const submit = form.onSubmit(
    ({ name, description }) =>
      onSubmit(
        { name: name.trim(), description: description.trim() },
        {
          onError: (refusal) => {
            const { fields } = formErrorsOf(refusal, FIELDS)
            form.setErrors(fields)
            focusFirstError(form, fields)
          },
        },
      ),
    (errors) => focusFirstError(form, errors),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md" maw="38rem">
        <FormAlert message={error ? formErrorsOf(error, FIELDS).message : undefined} />
        <TextInput
          label="Name"
          description="What it does, such as “nightly-report” or “deploy-from-ci”."
          required
          withAsterisk={false}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Textarea
          label="Description"
          description="Optional: where it runs, and who to ask about it."
          autosize
          minRows={2}
          maxRows={6}
          // One line in the end: line breaks are no part of a description.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          {...form.getInputProps('description')}
        />
        <Group justify={secondary ? 'flex-end' : 'flex-start'}>
          {secondary}
          <Button type="submit" loading={isPending}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function nameProblem(name: string): string | null {
  const { length } = name.trim()
  if (length === 0) return 'Give the service account a name that says what it does.'
  return length > NAME_MAX_LENGTH ? `Use at most ${NAME_MAX_LENGTH} characters; these are ${length}.` : null
}

function descriptionProblem(description: string): string | null {
  const { length } = description.trim()
  if (/\p{Cc}/u.test(description)) return 'Write it on one line.'
  return length > DESCRIPTION_MAX_LENGTH
    ? `Use at most ${DESCRIPTION_MAX_LENGTH} characters; these are ${length}.`
    : null
}
