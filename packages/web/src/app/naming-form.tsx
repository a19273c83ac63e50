import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { ReactNode } from 'react'
import { formErrorsOf } from '../api/problem-messages.ts'
import { focusFirstError } from './focus-first-error.ts'
import { FormAlert } from './form-alert.tsx'

const NAME_MAX_LENGTH = 100
const DESCRIPTION_MAX_LENGTH = 500
const FIELDS = ['name', 'description']

interface Names {
  readonly name: string
  readonly description: string
}

/** How the form speaks of what is named. */
export interface NamingWords {
  /** Such as "service account". */
  readonly noun: string
  readonly nameHint: string
  readonly descriptionHint: string
}

interface NamingFormProps extends NamingWords {
  readonly initial: Names
  readonly submitLabel: string
  readonly error: unknown
  readonly isPending: boolean
  readonly onSubmit: (names: Names, options: { readonly onError: (error: unknown) => void }) => void
  /** A button before the one that submits. */
  readonly secondary?: ReactNode
  /** What else there is to say of it, before the buttons. */
  readonly children?: ReactNode
}

/** A name and a description: to create something, or to edit it. */
export function NamingForm(props: NamingFormProps) {
  const { noun, nameHint, descriptionHint, initial, submitLabel, error, isPending, onSubmit, secondary, children } =
    props
  const form = useForm({
    initialValues: { ...initial },
    validate: { name: (name) => nameProblem(name, noun), description: descriptionProblem },
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
          description={nameHint}
          required
          withAsterisk={false}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Textarea
          label="Description"
          description={descriptionHint}
          autosize
          minRows={2}
          maxRows={6}
          // One line in the end: line breaks are no part of a description.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          {...form.getInputProps('description')}
        />
        {children}
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

function nameProblem(name: string, noun: string): string | null {
  const { length } = name.trim()
  if (length === 0) return `Give the ${noun} a name that says what it is for.`
  return length > NAME_MAX_LENGTH ? `Use at most ${NAME_MAX_LENGTH} characters; these are ${length}.` : null
}

function descriptionProblem(description: string): string | null {
  const { length } = description.trim()
  if (/\p{Cc}/u.test(description)) return 'Write it on one line.'
  return length > DESCRIPTION_MAX_LENGTH
    ? `Use at most ${DESCRIPTION_MAX_LENGTH} characters; these are ${length}.`
    : null
}
