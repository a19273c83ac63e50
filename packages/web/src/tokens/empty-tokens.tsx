import { Button } from '@mantine/core'
import { IconKey, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Empty } from '../app/empty.tsx'
import { useTokenOwner } from './token-owner.ts'
import { anyTokenQuery } from './token-queries.ts'
import type { TokenTab } from './token-search.ts'

const OWN_PURPOSE =
  'A personal access token lets a script, an IDE plug-in or Postman call the API as you, without your password. Give each use a token of its own, so that you can revoke one without breaking the others.'
const SERVICE_PURPOSE =
  'A machine sends one of these tokens to act as this service account. Give each place that runs it a token of its own, so that you can revoke one without breaking the others.'

interface EmptyTokensProps {
  readonly status: TokenTab
  readonly q: string | undefined
  readonly onCreate: () => void
  readonly onClear: () => void
}

/** Why a list is empty, and what to do about it. */
export function EmptyTokens({ status, q, onCreate, onClear }: EmptyTokensProps) {
  const owner = useTokenOwner()
  const isOwn = owner.serviceAccountId === undefined
  const isActive = status === 'active'
  const { data: hasAny } = useQuery({ ...anyTokenQuery(owner), enabled: isActive && q === undefined })

  if (q !== undefined) {
    return (
      <Empty
        icon={<IconSearch size={22} aria-hidden />}
        title="No matching tokens"
        text={`None of ${isOwn ? 'your' : 'its'} ${status} tokens matches “${q}”.`}
      >
        <Button variant="default" onClick={onClear}>
          Clear search
        </Button>
      </Empty>
    )
  }
  const icon = <IconKey size={22} aria-hidden />
  if (status === 'expired') {
    return (
      <Empty icon={icon} title="No expired tokens" text="A token moves here when its expiration date has passed." />
    )
  }
  if (status === 'revoked') {
    return (
      <Empty icon={icon} title="No revoked tokens" text="Revoked tokens stay listed here, with when and by whom." />
    )
  }
  return (
    <Empty
      icon={icon}
      title={hasAny ? 'No active tokens' : 'No tokens yet'}
      text={isOwn ? OWN_PURPOSE : SERVICE_PURPOSE}
    >
      {owner.mayChange && (
        <Button onClick={onCreate}>{hasAny ? 'Create another' : `Create ${isOwn ? 'your' : 'its'} first token`}</Button>
      )}
    </Empty>
  )
}
