import { Anchor, Text } from '@mantine/core'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { PageHeader } from '../app/page-header.tsx'
import { Section } from '../app/section.tsx'
import type { Asked, Decision } from './authorize-queries.ts'
import { CodeForm } from './code-form.tsx'
import { Question } from './question.tsx'

const route = getRouteApi('/frame/_settings/authorize')

/** How far it has come: a code is typed, what it stands for is shown, it is decided. */
type Step =
  | { readonly name: 'code' }
  | { readonly name: 'question'; readonly code: string; readonly asked: Asked }
  | { readonly name: 'decided'; readonly decision: Decision; readonly deviceName: string }

/** `/_settings/authorize`: a program, such as the command line, asks for a token of yours; you decide. */
export function AuthorizePage() {
  const { code } = route.useSearch()
  const [step, setStep] = useState<Step>({ name: 'code' })
  return (
    <>
      <PageHeader
        title="Authorize a program"
        description="A program on another machine, such as the command line, has asked for a token that acts as you."
      />
      {step.name === 'code' && (
        <CodeForm
          initialCode={code ?? ''}
          onFound={(typed, asked) => setStep({ name: 'question', code: typed, asked })}
        />
      )}
      {step.name === 'question' && (
        <Question
          code={step.code}
          asked={step.asked}
          onBack={() => setStep({ name: 'code' })}
          onDecided={(decision) => setStep({ name: 'decided', decision, deviceName: step.asked.deviceName })}
        />
      )}
      {step.name === 'decided' && <Decided {...step} />}
    </>
  )
}

function Decided({ decision, deviceName }: Extract<Step, { name: 'decided' }>) {
  return decision === 'approve' ? (
    <Section title="Approved" isNews>
      <Text size="sm">
        Go back to <strong>{deviceName}</strong>: the program fetches its token by itself within a few seconds. You find
        it among your{' '}
        <Anchor component={Link} to="/_settings/tokens" inherit underline="always">
          personal access tokens
        </Anchor>
        , and can revoke it there. You may close this page.
      </Text>
    </Section>
  ) : (
    <Section title="Denied" isNews>
      <Text size="sm">
        <strong>{deviceName}</strong> gets nothing. If you did not start this yourself, somebody has tried to act as
        you: tell your administrator.
      </Text>
    </Section>
  )
}
