import { Anchor, PasswordInput, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { Section } from '../app/section.tsx'
import { Findings } from '../tokens/findings.tsx'
import { QuestionForm } from '../tokens/question-fields.tsx'
import { useExplain } from '../tokens/token-detail-queries.ts'
import { Owner } from '../tokens/token-page.tsx'

/** Whose is this, and why is it refused? What is pasted goes in a body and is gone from the field once answered. */
export function FindToken() {
  const [token, setToken] = useState('')
  const { mutate, data, isPending, error } = useExplain()
  return (
    <Section
      title="Whose token is this?"
      description="Paste a token or its id. It is not kept or logged; only its public id is used afterwards."
    >
      <QuestionForm
        submitLabel="Find and explain"
        isPending={isPending}
        error={error}
        onAsk={(question) => {
          const pasted = token.trim()
          if (pasted !== '')
            mutate({ token: pasted, ...question }, { onSuccess: (found) => setToken(found.token?.id ?? '') })
        }}
      >
        <PasswordInput
          label="Token or id"
          value={token}
          maxLength={200}
          autoComplete="off"
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
          flex="1 1 14rem"
        />
      </QuestionForm>
      {data?.token && (
        <Text size="sm">
          <Anchor component={Link} to={`${ADMIN_PAGES.tokens.to}/${data.token.id}`} size="sm" fw={600}>
            {data.token.name}
          </Anchor>{' '}
          of <Owner owner={data.token.owner} />
        </Text>
      )}
      {data && <Findings {...data} />}
    </Section>
  )
}
