import { Button, Group, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { FormAlert } from '../app/form-alert.tsx'
import type { Question } from './token-detail-queries.ts'

interface QuestionFormProps {
  readonly submitLabel: string
  readonly isPending: boolean
  readonly error: unknown
  readonly onAsk: (question: Question) => void
  /** Fields before those for permission and address. */
  readonly children?: ReactNode
}

/** Asks why a token is or would be refused, with or without a permission and an address to compare. */
export function QuestionForm({ submitLabel, isPending, error, onAsk, children }: QuestionFormProps) {
  const [permission, setPermission] = useState('')
  const [address, setAddress] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const [wanted, from] = [permission.trim(), address.trim()]
        onAsk({ ...(wanted && { permission: wanted }), ...(from && { address: from }) })
      }}
    >
      <FormAlert message={error ? messageOf(error) : undefined} />
      <Group align="flex-end" gap="sm">
        {children}
        <TextInput
          label="Permission (optional)"
          placeholder="templates:read"
          value={permission}
          maxLength={100}
          onChange={({ currentTarget }) => setPermission(currentTarget.value)}
        />
        <TextInput
          label="Address (optional)"
          placeholder="192.0.2.7"
          value={address}
          maxLength={50}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={isPending}>
          {submitLabel}
        </Button>
      </Group>
    </form>
  )
}
