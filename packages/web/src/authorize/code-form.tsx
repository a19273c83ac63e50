import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ProblemError } from '@ramp/client'
import { messageOf } from '../api/problem-messages.ts'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { type Asked, useLookUp } from './authorize-queries.ts'

interface CodeFormProps {
  readonly initialCode: string
  readonly onFound: (code: string, asked: Asked) => void
}

/** A link fills the code in; whoever followed it still has to look at it. */
export function CodeForm({ initialCode, onFound }: CodeFormProps) {
  const search = useLookUp()
  const form = useForm({
    initialValues: { code: initialCode },
    validate: { code: (code) => (code.trim() === '' ? 'Enter the code that the program shows.' : null) },
  })
  const isUnknown = search.error instanceof ProblemError && search.error.code === 'device_authorization_not_found'

  const submit = form.onSubmit(
    ({ code }) => {
      const typed = code.trim().toUpperCase()
      search.mutate(typed, {
        onSuccess: (asked) => onFound(typed, asked),
        onError: (error) => {
          if (!(error instanceof ProblemError) || error.code !== 'device_authorization_not_found') return
          const errors = { code: error.message }
          form.setErrors(errors)
          focusFirstError(form, errors)
        },
      })
    },
    (errors) => focusFirstError(form, errors),
  )

  return (
    <Section
      title="Enter the code"
      description="It is shown where you started the program, and is valid for ten minutes."
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md" maw="26rem">
          <FormAlert message={search.error && !isUnknown ? messageOf(search.error) : undefined} />
          <TextInput
            label="Code"
            description="Eight letters, such as WDJB-MJHT."
            required
            withAsterisk={false}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={20}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', textTransform: 'uppercase' } }}
            {...form.getInputProps('code')}
          />
          <Group>
            <Button type="submit" loading={search.isPending}>
              Continue
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
