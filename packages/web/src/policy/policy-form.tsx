import { Alert, Button, Fieldset, Group, NumberInput, Radio, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ProblemError } from '@ramp/client'
import { useState } from 'react'
import { announce } from '../app/announce.ts'
import { ConfirmDialog } from '../app/confirm-dialog.tsx'
import { focusFirstError } from '../app/focus-first-error.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { Section } from '../app/section.tsx'
import { CreationField } from './creation-field.tsx'
import {
  type AskedPreview,
  type PolicyInput,
  type ReadPolicy,
  readPolicy,
  useChangePolicy,
  usePreviewPolicy,
} from './policy-queries.ts'
import { differences, fieldErrorsOf, type PolicyValues, toInput, toValues } from './policy-values.ts'
import { isHarmless, PreviewCounts, PreviewResult } from './preview-result.tsx'
import { RulesFields } from './rules-fields.tsx'

interface PolicyFormProps {
  readonly initial: ReadPolicy
  readonly mayChange: boolean
}

/** The whole policy, by subject. Nothing is saved before its effects were counted. */
export function PolicyForm({ initial, mayChange }: PolicyFormProps) {
  const [etag, setEtag] = useState(initial.etag)
  const [preview, setPreview] = useState<AskedPreview>()
  const [question, setQuestion] = useState<AskedPreview>()
  const [theirs, setTheirs] = useState<ReadPolicy>()
  const [failure, setFailure] = useState<string>()
  const previewing = usePreviewPolicy()
  const saving = useChangePolicy()
  const form = useForm<PolicyValues>({
    initialValues: toValues(initial.policy),
    // What was previewed is no longer what is there.
    onValuesChange: () => setPreview(undefined),
    validate: {
      pat: {
        roles: (roles, { pat }) =>
          pat.creation === 'roles' && roles.length === 0 ? 'Choose at least one role.' : null,
      },
      reactivation: { days: (days) => (days === '' ? 'Say how many days.' : null) },
    },
  })

  async function refused(error: unknown): Promise<void> {
    setQuestion(undefined)
    if (error instanceof ProblemError && error.code === 'edited_meanwhile') {
      setTheirs(await readPolicy())
      return
    }
    const errors = error instanceof ProblemError ? fieldErrorsOf(error) : {}
    form.setErrors(errors)
    focusFirstError(form, errors)
    setFailure(error instanceof Error ? error.message : 'Something went wrong on this page.')
  }

  const look = (then: (asked: AskedPreview) => void) =>
    form.onSubmit(
      (values) => {
        setFailure(undefined)
        previewing.mutate(toInput(values), { onSuccess: then, onError: (error) => void refused(error) })
      },
      (errors) => focusFirstError(form, errors),
    )
  const save = (body: PolicyInput) =>
    saving.mutate(
      { body, etag },
      {
        onSuccess: ({ policy, etag: saved }) => {
          setEtag(saved)
          setQuestion(undefined)
          setPreview(undefined)
          setTheirs(undefined)
          const ended = policy.tokensEnded
          announce(`The policy is saved.${ended > 0 ? ` Tokens ended or shortened: ${ended}.` : ''}`)
        },
        onError: (error) => void refused(error),
      },
    )

  return (
    <form
      onSubmit={look((asked) => {
        if (isHarmless(asked.first)) save(asked.body)
        else setQuestion(asked)
      })}
      noValidate
    >
      <Stack gap="lg">
        <FormAlert message={failure} />
        {theirs && (
          <Meanwhile
            theirs={theirs}
            mine={toInput(form.values)}
            onTakeTheirs={() => {
              form.setValues(toValues(theirs.policy))
              setEtag(theirs.etag)
              setTheirs(undefined)
            }}
            onKeepMine={() => {
              setEtag(theirs.etag)
              setTheirs(undefined)
            }}
          />
        )}
        <Fieldset variant="unstyled" disabled={!mayChange} aria-label="Policy">
          <Stack gap="lg">
            <Section title="Personal access tokens" description="What members make for their scripts and tools.">
              <CreationField form={form} />
              <RulesFields form={form} kind="pat" />
            </Section>
            <Section title="Service tokens" description="What administrators make for service accounts.">
              <RulesFields form={form} kind="service" />
            </Section>
            <Section
              title="When an account is reactivated"
              description="Whoever reactivates it may choose otherwise. Tokens that stay revoked say why."
            >
              <Radio.Group label="Its tokens" {...form.getInputProps('reactivation.tokens')}>
                <Stack gap={8} mt="xs">
                  <Radio value="restore_if_recent" label="Come back if it was deactivated recently" />
                  <Radio value="restore" label="Always come back" />
                  <Radio value="revoke" label="Stay revoked" />
                </Stack>
              </Radio.Group>
              <NumberInput
                label="Recent, in days"
                maw="16rem"
                min={1}
                hideControls
                allowDecimal={false}
                allowNegative={false}
                {...form.getInputProps('reactivation.days')}
              />
            </Section>
            <Section
              title="When a password changes"
              description="By the member, or reset by somebody else. The member can always revoke more."
            >
              <Radio.Group label="The member’s personal access tokens" {...form.getInputProps('passwordChange.tokens')}>
                <Stack gap={8} mt="xs">
                  <Radio value="keep" label="Go on" />
                  <Radio value="revoke" label="Are revoked" />
                </Stack>
              </Radio.Group>
            </Section>
          </Stack>
        </Fieldset>
        {preview && (
          <Section title="What it would do" description="If it were saved now. Relaxing it later brings nothing back.">
            <PreviewResult asked={preview} />
          </Section>
        )}
        <Group>
          {mayChange && (
            <Button type="submit" loading={saving.isPending}>
              Save policy
            </Button>
          )}
          <Button variant="default" onClick={() => look(setPreview)()} loading={previewing.isPending}>
            Preview
          </Button>
        </Group>
      </Stack>
      <ConfirmDialog
        isOpen={question !== undefined}
        title="Save policy"
        confirmLabel="Save and apply"
        isDangerous
        isPending={saving.isPending}
        error={undefined}
        onConfirm={() => save(toInput(form.values))}
        onClose={() => setQuestion(undefined)}
      >
        {question && <PreviewCounts totals={question.first.totals} />}
        <Text size="sm">
          This happens at once. Nothing is deleted, and relaxing the policy later brings nothing back.
        </Text>
      </ConfirmDialog>
    </form>
  )
}

interface MeanwhileProps {
  readonly theirs: ReadPolicy
  readonly mine: PolicyInput
  readonly onTakeTheirs: () => void
  readonly onKeepMine: () => void
}

/** Somebody was faster. What was typed here is still here. */
function Meanwhile({ theirs, mine, onTakeTheirs, onKeepMine }: MeanwhileProps) {
  const different = differences(mine, theirs.policy)
  return (
    <Alert role="alert" color="yellow" variant="light" title="Changed meanwhile">
      <Stack gap="sm">
        <Text size="sm">
          {theirs.policy.updatedBy ?? 'Somebody'} changed the policy while you were at it. Nothing of yours was saved,
          and what you typed is still here.
          {different.length > 0 && ` Theirs differs in ${different.join('; ')}.`}
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
