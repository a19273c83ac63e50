import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ProblemError } from '@ramp/client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formErrorsOf } from '../api/problem-messages.ts'
import { announce } from '../app/announce.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { MemberFields } from './member-fields.tsx'
import { type MemberNames, memberQuery, type TaggedMember, useChangeMember } from './member-queries.ts'
import { emailProblem, firstNameProblem, nameProblem, usernameProblem } from './member-validation.ts'

const FIELDS = ['username', 'email', 'firstName', 'lastName']

/** Saves over what was shown when the form was opened, and over nothing that somebody else has written since. */
export function EditMemberSection({ member }: { readonly member: TaggedMember }) {
  const { id } = member
  const change = useChangeMember(id)
  const client = useQueryClient()
  const [shown, setShown] = useState(member)
  const [theirs, setTheirs] = useState<TaggedMember>()
  const form = useForm({
    initialValues: namesOf(member),
    validate: {
      username: usernameProblem,
      email: emailProblem,
      firstName: firstNameProblem,
      lastName: nameProblem,
    },
  })
  const refused = async (error: unknown) => {
    if (error instanceof ProblemError && error.code === 'edited_meanwhile') {
      setTheirs(await client.fetchQuery({ ...memberQuery(id), staleTime: 0 }))
      return
    }
    const { fields } = formErrorsOf(error, FIELDS)
    form.setErrors(fields)
    focusFirstError(form, fields)
  }
  const submit = form.onSubmit(
    (names) =>
      change.mutate(
        {
          username: names.username.trim(),
          email: names.email.trim(),
          firstName: names.firstName.trim(),
          lastName: names.lastName.trim(),
          // A change of the status alone, perhaps from this page, is no reason to ask.
          etag: sameNames(member, shown) ? member.etag : shown.etag,
        },
        {
          onSuccess: (saved) => {
            setShown(saved)
            setTheirs(undefined)
            announce(`${saved.displayName} is saved.`)
          },
          onError: (error) => void refused(error),
        },
      ),
    (errors) => focusFirstError(form, errors),
  )
  // Chosen: what is saved next goes over theirs.
  const settle = (known: TaggedMember) => {
    setShown(known)
    setTheirs(undefined)
    change.reset()
  }
  const isMeanwhile = change.error instanceof ProblemError && change.error.code === 'edited_meanwhile'
  const failure = isMeanwhile ? null : change.error
  return (
    <Section title="Name and email">
      <form onSubmit={submit} noValidate>
        <Stack gap="md" maw="38rem">
          <FormAlert message={failure ? formErrorsOf(failure, FIELDS).message : undefined} />
          {theirs && (
            <Meanwhile
              theirs={theirs}
              onTakeTheirs={() => {
                form.setValues(namesOf(theirs))
                settle(theirs)
              }}
              onKeepMine={() => settle(theirs)}
            />
          )}
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

const namesOf = ({ username, email, firstName, lastName }: MemberNames): MemberNames => ({
  username,
  email,
  firstName,
  lastName,
})

const sameNames = (one: MemberNames, other: MemberNames) =>
  JSON.stringify(namesOf(one)) === JSON.stringify(namesOf(other))

interface MeanwhileProps {
  readonly theirs: TaggedMember
  readonly onTakeTheirs: () => void
  readonly onKeepMine: () => void
}

/** Somebody was faster. What was typed here is still here. */
function Meanwhile({ theirs, onTakeTheirs, onKeepMine }: MeanwhileProps) {
  return (
    <Alert role="alert" color="yellow" variant="light" title="Changed meanwhile">
      <Stack gap="sm">
        <Text size="sm">
          Somebody changed this member while you were at it: now {theirs.displayName}, {theirs.username}, {theirs.email}
          . Nothing of yours was saved, and what you typed is still here.
        </Text>
        <Group gap="sm">
          <Button size="xs" variant="default" onClick={onTakeTheirs}>
            Load theirs
          </Button>
          <Button size="xs" variant="default" onClick={onKeepMine}>
            Keep mine
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
