import { Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formErrorsOf } from '../api/problem-messages.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { creationRefusal } from '../policy/creation-refusal.ts'
import { tokenRulesQuery } from '../policy/policy-queries.ts'
import {
  customDateProblem,
  defaultExpiration,
  type ExpirationChoice,
  expirationDate,
  type LifetimeRules,
  latestDate,
  NO_LIFETIME_RULES,
} from './expiration.ts'
import { ExpirationField } from './expiration-field.tsx'
import { PermissionField } from './permission-field.tsx'
import { useTokenOwner } from './token-owner.ts'
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

/** The form as the policy wants it, or who may make tokens if one may not. */
export function CreateTokenForm(props: CreateTokenFormProps) {
  const { serviceAccountId } = useTokenOwner()
  const { data: rules, isPending } = useQuery(tokenRulesQuery)
  if (isPending) return <Loader aria-label="Loading the rules for new tokens" />
  const refusal = serviceAccountId === undefined ? creationRefusal(rules) : undefined
  if (refusal !== undefined) {
    return (
      <Stack gap="md">
        <Text size="sm">{refusal}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    )
  }
  // Without the rules the server still refuses what they do not allow.
  return (
    <RuledForm {...props} rules={rules?.[serviceAccountId === undefined ? 'pat' : 'service'] ?? NO_LIFETIME_RULES} />
  )
}

function RuledForm({ onCreated, onCancel, rules }: CreateTokenFormProps & { readonly rules: LifetimeRules }) {
  // The dates offered stay the ones that were read, also when the form is open past midnight.
  const [now] = useState(() => Date.now())
  const creation = useCreateToken(onCreated)
  const form = useForm<TokenForm>({
    initialValues: { name: '', expiration: defaultExpiration(rules), customDate: '', permissions: null },
    validate: {
      name: nameProblem,
      customDate: (date, { expiration }) =>
        expiration === 'custom' ? customDateProblem(date, now, latestDate(rules, now)) : null,
      permissions: (chosen) => (chosen?.length === 0 ? 'Choose at least one permission.' : null),
    },
  })

  const submit = form.onSubmit(
    ({ name, expiration, customDate, permissions }) =>
      creation.mutate(
        { name: name.trim(), expiresAt: expirationDate(expiration, customDate, now, rules), permissions },
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
        <ExpirationField form={form} now={now} rules={rules} />
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
