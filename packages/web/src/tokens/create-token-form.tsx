import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { formErrorsOf } from '../api/problem-error.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { customDateProblem, DEFAULT_EXPIRATION, type ExpirationChoice, expirationDate } from './expiration.ts'
import { ExpirationField } from './expiration-field.tsx'
import { PermissionField } from './permission-field.tsx'
import { type NewToken, useCreateToken } from './token-queries.ts'

const NAME_MAX_LENGTH = 100

/** The API's fields that this form has. */
const FIELDS = ['name', 'expiresAt', 'permissions']

export interface TokenForm {
  readonly name: string
  readonly expiration: ExpirationChoice
  readonly customDate: string
  /** Null: all, as they are at each call. */
  readonly permissions: string[] | null
}

interface CreateTokenFormProps {
  readonly onCreated: (created: NewToken) => void
  readonly onCancel: () => void
}

export function CreateTokenForm({ onCreated, onCancel }: CreateTokenFormProps) {
  // The dates offered stay the ones that were read, also when the form is open past midnight.
  const [now] = useState(() => Date.now())
  const creation = useCreateToken(onCreated)
  const form = useForm<TokenForm>({
    initialValues: { name: '', expiration: DEFAULT_EXPIRATION, customDate: '', permissions: null },
    validate: {
      name: nameProblem,
      customDate: (date, { expiration }) => (expiration === 'custom' ? customDateProblem(date, now) : null),
      permissions: (chosen) => (chosen?.length === 0 ? 'Choose at least one permission.' : null),
    },
  })

  const submit = form.onSubmit(
    ({ name, expiration, customDate, permissions }) =>
      creation.mutate(
        { name: name.trim(), expiresAt: expirationDate(expiration, customDate, now), permissions },
        {
          onError: (error) => {
            const { expiresAt, ...others } = formErrorsOf(error, FIELDS).fields
            const dateField = expiration === 'custom' ? 'customDate' : 'expiration'
            const errors = { ...others, ...(expiresAt && { [dateField]: expiresAt }) }
            form.setErrors(errors)
            focusFirstError(form, errors)
          },
        },
      ),
    (errors) => focusFirstError(form, errors),
  )

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <FormAlert message={creation.error ? formErrorsOf(creation.error, FIELDS).message : undefined} />
        <TextInput
          label="Name"
          description="What it is for and where it runs, such as “nightly backup on db1” or “Postman on my laptop”."
          required
          withAsterisk={false}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <ExpirationField form={form} now={now} />
        <PermissionField {...form.getInputProps('permissions')} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={creation.isPending}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function nameProblem(name: string): string | null {
  const { length } = name.trim()
  if (length === 0) return 'Give the token a name that says what it is for.'
  return length > NAME_MAX_LENGTH ? `Use at most ${NAME_MAX_LENGTH} characters; these are ${length}.` : null
}
