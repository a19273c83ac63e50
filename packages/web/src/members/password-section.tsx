import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formErrorsOf } from '../api/problem-messages.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { useAccount } from '../session/use-account.ts'
import { HandOver } from './hand-over.tsx'
import { type Member, useChangeMember } from './member-queries.ts'
import { passwordProblem } from './member-validation.ts'
import { NewPasswordField } from './new-password-field.tsx'

const FIELDS = ['password']

/** A password for somebody who has lost theirs. */
export function PasswordSection({ member }: { readonly member: Member }) {
  const isOneself = useAccount().id === member.id
  const [isOpen, setOpen] = useState(false)
  const [password, setPassword] = useState<string>()
  const close = () => {
    setPassword(undefined)
    setOpen(false)
  }
  if (isOneself) {
    return (
      <Section title="Password">
        <Text size="sm">
          This is you. Change your own password under{' '}
          <Anchor component={Link} to="/_settings/security" size="sm" underline="always">
            Security
          </Anchor>
          .
        </Text>
      </Section>
    )
  }
  return (
    <Section
      title="Password"
      description={`For when ${member.displayName} cannot sign in any more. It ends open sessions; tokens go on working.`}
    >
      <Group>
        <Button variant="default" onClick={() => setOpen(true)}>
          Reset password
        </Button>
      </Group>
      <Modal
        opened={isOpen}
        onClose={close}
        title={password === undefined ? 'Reset password' : 'Password reset'}
        closeOnClickOutside={password === undefined}
      >
        {password === undefined ? (
          <ResetForm member={member} onReset={setPassword} onCancel={close} />
        ) : (
          <HandOver member={member} password={password} onDone={close} />
        )}
      </Modal>
    </Section>
  )
}

interface ResetFormProps {
  readonly member: Member
  readonly onReset: (password: string) => void
  readonly onCancel: () => void
}

function ResetForm({ member, onReset, onCancel }: ResetFormProps) {
  const change = useChangeMember(member.id)
  const form = useForm({ initialValues: { password: '' }, validate: { password: passwordProblem } })
  const submit = form.onSubmit(
    ({ password }) =>
      change.mutate(
        { password },
        {
          onSuccess: () => onReset(password),
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
        <FormAlert message={change.error ? formErrorsOf(change.error, FIELDS).message : undefined} />
        <Text size="sm">
          <strong>{member.displayName}</strong> is signed out everywhere and has to choose a new password at the next
          sign-in.
        </Text>
        <NewPasswordField label="New password" data-autofocus {...form.getInputProps('password')} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Reset password
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
