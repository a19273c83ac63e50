import { Anchor, Table, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Fact } from '../app/cards.tsx'
import { Dot } from '../app/dot.tsx'
import { Explained } from '../app/explained.tsx'
import { formatDate, formatTime, formatUtc, formatUtcDate, relativeTime } from '../app/time.ts'
import { useTokenPrefix } from '../session/use-account.ts'
import { LastUse } from './last-use.tsx'
import { Sparkline } from './sparkline.tsx'
import { displayId, expiresSoon, type Token } from './token.ts'
import { useTokenOwner } from './token-owner.ts'

/** What a list says of a token, piece by piece: columns on a wide page, lines on a narrow one. */

interface FactProps {
  readonly token: Token
  readonly now: number
}

export function TokenTitle({ token }: { readonly token: Token }) {
  const { name, permissions, allowedAddresses } = token
  const isOwn = useTokenOwner().serviceAccountId === undefined
  return (
    <div>
      {isOwn ? (
        <Anchor component={Link} to={`/_settings/tokens/${token.id}`} size="sm" fw={600}>
          {name}
        </Anchor>
      ) : (
        <Text size="sm" fw={600}>
          {name}
        </Text>
      )}
      <Text size="xs" c="dimmed" ff="monospace">
        {displayId(token, useTokenPrefix())}
      </Text>
      <Limit to={permissions} noun={['permission', 'permissions']} />
      <Limit to={allowedAddresses} noun={['address range', 'address ranges']} />
    </div>
  )
}

interface LimitProps {
  /** Null: no limit. */
  readonly to: readonly string[] | null
  readonly noun: readonly [one: string, many: string]
}

function Limit({ to, noun: [one, many] }: LimitProps) {
  if (to === null) return null
  return (
    <Explained by={to.join(', ')} size="xs" c="dimmed">
      Limited to {to.length} {to.length === 1 ? one : many}
    </Explained>
  )
}

export function Created({ token: { createdAt } }: FactProps) {
  const at = Date.parse(createdAt)
  return (
    <time dateTime={createdAt}>
      <Text component="span" display="block" size="sm">
        {formatDate(at)}
      </Text>
      <Text component="span" display="block" size="xs" c="dimmed">
        {formatTime(at)}
      </Text>
    </time>
  )
}

export function Expires({ token, now }: FactProps) {
  if (token.expiresAt === null) {
    return (
      <div>
        <Text size="sm">Never</Text>
        <Text size="xs" c="dimmed">
          Until revoked
        </Text>
      </div>
    )
  }
  const at = Date.parse(token.expiresAt)
  // A revoked token will not live that long.
  const isRevoked = token.status === 'revoked'
  return (
    <time dateTime={token.expiresAt}>
      <Text component="span" display="block" size="sm">
        {isRevoked ? formatUtcDate(at) : relativeTime(at, now)}
      </Text>
      <Text component="span" display="block" size="xs" c="dimmed">
        {isRevoked ? 'Revoked before' : formatUtc(at)}
      </Text>
    </time>
  )
}

/** When it was made, ends and was last used, and how it stands: cells of a row. */
export function TokenCells({ token, now }: FactProps) {
  return (
    <>
      <Table.Td>
        <Created token={token} now={now} />
      </Table.Td>
      <Table.Td>
        <Expires token={token} now={now} />
      </Table.Td>
      <Table.Td>
        <LastUse use={token} now={now} />
        <Sparkline activity={token.activity} />
      </Table.Td>
      <Table.Td>
        <Status token={token} now={now} />
      </Table.Td>
    </>
  )
}

/** The same as the lines of a card. */
export function TokenFacts({ token, now }: FactProps) {
  return (
    <>
      <Fact label="Created">
        <Created token={token} now={now} />
      </Fact>
      <Fact label="Expires">
        <Expires token={token} now={now} />
      </Fact>
      <Fact label="Last used">
        <LastUse use={token} now={now} />
        <Sparkline activity={token.activity} />
      </Fact>
      <Fact label="Status">
        <Status token={token} now={now} />
      </Fact>
    </>
  )
}

export function Status({ token, now }: FactProps) {
  const { status, revokedAt, revokedBy } = token
  if (status === 'revoked' && revokedAt !== null) {
    const at = Date.parse(revokedAt)
    return (
      <div>
        <Dot color="red" label="Revoked" />
        <Text size="xs" c="dimmed">
          <time dateTime={revokedAt}>
            {formatDate(at)}, {formatTime(at)}
          </time>
          {revokedBy !== null && ` by ${revokedBy}`}
        </Text>
        <WhyEnded token={token} />
      </div>
    )
  }
  return (
    <div>
      {status === 'expired' ? (
        <Dot color="gray" label="Expired" />
      ) : expiresSoon(token, now) ? (
        <Dot color="orange" label="Expires soon" />
      ) : (
        <Dot color="green" label="Active" />
      )}
      <WhyEnded token={token} />
    </div>
  )
}

const END_REASONS = {
  policy_maximum_lifetime: 'Ends by policy: maximum lifetime',
  policy_expiration_required: 'Ends by policy: had no expiration',
  policy_unused: 'By policy: not used for too long',
  reactivation: 'Stayed revoked at reactivation',
  password_change: 'The password changed',
} as const

/** What the server itself did, and why. */
function WhyEnded({ token: { endReason } }: { readonly token: Token }) {
  if (endReason === null) return null
  return (
    <Text size="xs" c="dimmed">
      {END_REASONS[endReason]}
    </Text>
  )
}
