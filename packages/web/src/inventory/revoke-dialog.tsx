import { Button, Group, Loader, Modal, Progress, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { messageOf } from '../api/problem-messages.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { countQuery, progressQuery, useRevokeTokens } from './inventory-queries.ts'
import { type InventorySearch, toFilter } from './inventory-search.ts'

/** What is to be revoked: chosen ones, or all that a filter names. */
export type RevokeTarget =
  | { readonly ids: readonly string[] }
  | { readonly search: InventorySearch; readonly description: string }

interface RevokeDialogProps {
  /** Undefined: closed. */
  readonly target: RevokeTarget | undefined
  readonly onClose: () => void
  readonly onRevoked: () => void
}

/** Says how many, lets it be typed, revokes, and reports. */
export function RevokeDialog({ target, onClose, onRevoked }: RevokeDialogProps) {
  return (
    <Modal opened={target !== undefined} onClose={onClose} title="Revoke tokens">
      {target && 'ids' in target && (
        <Question count={target.ids.length} body={{ ids: [...target.ids] }} onClose={onClose} onRevoked={onRevoked}>
          The {target.ids.length === 1 ? 'token that is' : 'tokens that are'} selected.
        </Question>
      )}
      {target && 'search' in target && <Counted target={target} onClose={onClose} onRevoked={onRevoked} />}
    </Modal>
  )
}

function Counted({
  target: { search, description },
  ...rest
}: Pick<RevokeDialogProps, 'onClose' | 'onRevoked'> & { readonly target: Extract<RevokeTarget, { search: object }> }) {
  // Counted once: were it to change while somebody types, the server refuses.
  const { data, error } = useQuery({ ...countQuery(search), staleTime: Number.POSITIVE_INFINITY, gcTime: 0 })
  if (error) return <FormAlert message={messageOf(error)} />
  if (data === undefined) return <Loader mx="auto" display="block" aria-label="Counting" />
  const { count, accounts } = data
  return (
    <Question count={count} body={{ filter: toFilter(search), expectedCount: count }} {...rest}>
      {description}: {count.toLocaleString('en')} {count === 1 ? 'token' : 'tokens'} of {accounts.toLocaleString('en')}{' '}
      {accounts === 1 ? 'account' : 'accounts'}.
    </Question>
  )
}

interface QuestionProps extends Pick<RevokeDialogProps, 'onClose' | 'onRevoked'> {
  readonly count: number
  readonly body: Parameters<ReturnType<typeof useRevokeTokens>['mutate']>[0]
  readonly children: React.ReactNode
}

function Question({ count, body, children, onClose, onRevoked }: QuestionProps) {
  const [typed, setTyped] = useState('')
  const { mutate, isPending, isSuccess, data, error } = useRevokeTokens()
  const wanted = `revoke ${count}`
  if (isSuccess) return <Report revoked={data.revoked} count={count} onClose={onClose} />
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() === wanted) mutate(body, { onSuccess: onRevoked })
      }}
    >
      <Stack gap="md">
        <FormAlert message={error ? messageOf(error) : undefined} />
        <Text size="sm" fw={600}>
          {children}
        </Text>
        <Text size="sm">
          Whatever uses them is refused from its next call on, everywhere. Revoked tokens cannot be brought back.
        </Text>
        <TextInput
          label={`Type “${wanted}” to confirm`}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          autoComplete="off"
          data-autofocus
          disabled={isPending}
        />
        {isPending && <Running count={count} isMeasured={'filter' in body} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isPending}>
            Cancel
          </Button>
          <Button type="submit" color="red.9" loading={isPending} disabled={typed.trim() !== wanted || count === 0}>
            Revoke {count.toLocaleString('en')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface RunningProps {
  readonly count: number
  /** No: chosen ones, which are revoked together. */
  readonly isMeasured: boolean
}

/** How far it is. The server revokes many of them part by part, and says how many are done. */
function Running({ count, isMeasured }: RunningProps) {
  const label = `Revoking ${count.toLocaleString('en')} tokens`
  if (!isMeasured) return <Progress value={100} animated aria-label={label} />
  return <Measured count={count} label={label} />
}

function Measured({ count, label }: { readonly count: number; readonly label: string }) {
  const { data: revoked = 0 } = useQuery(progressQuery)
  const done = Math.min(count, revoked)
  return (
    <Stack gap={4}>
      <Progress value={(100 * done) / count} animated aria-label={label} />
      <Text size="sm" c="dimmed">
        {Math.floor((100 * done) / count)}%: {(count - done).toLocaleString('en')} left
      </Text>
    </Stack>
  )
}

function Report({
  revoked,
  count,
  onClose,
}: {
  readonly revoked: number
  readonly count: number
  readonly onClose: () => void
}) {
  const rest = count - revoked
  return (
    <Stack gap="md" role="status">
      <Text size="sm" fw={600}>
        {revoked.toLocaleString('en')} {revoked === 1 ? 'token is' : 'tokens are'} revoked.
      </Text>
      <Text size="sm">
        {rest > 0
          ? `${rest.toLocaleString('en')} of those named were revoked before.`
          : 'Each is in the audit with your name.'}
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </Group>
    </Stack>
  )
}
