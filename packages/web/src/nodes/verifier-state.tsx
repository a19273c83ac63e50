import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Dot } from '../app/dot.tsx'
import type { Verifier } from './verifier-queries.ts'

/** Its name, and what it is. */
export function VerifierTitle({ verifier: { name, kind, account, version } }: { readonly verifier: Verifier }) {
  return (
    <Stack gap={2}>
      <Text size="sm" fw={500}>
        {name}
      </Text>
      <Text size="xs" c="dimmed">
        {kind === 'node' ? 'A node of RAMP' : 'Inside another service'}
        {version !== '' && `, ${version}`}
        {account !== null && (
          <>
            , as{' '}
            <Anchor component={Link} to={`/_admin/service-accounts/${account.id}`} inherit underline="always">
              {account.username}
            </Anchor>
          </>
        )}
      </Text>
    </Stack>
  )
}

/** Whether what it has in memory may be believed, and how far behind it is. */
export function VerifierState({ verifier: { leaseMs, lag } }: { readonly verifier: Verifier }) {
  if (leaseMs === 0) return <Dot color="gray" label="Lease over" />
  return lag === 0 ? <Dot color="teal" label="Up to date" /> : <Dot color="yellow" label="Catching up" />
}

/** "1.8 s left" */
export function leaseLeft({ leaseMs }: Verifier): string {
  return leaseMs === 0 ? 'Over' : `${(leaseMs / 1000).toFixed(1)} s left`
}

/** "None", "3 changes" */
export function lagOf({ lag }: Verifier): string {
  if (lag === 0) return 'None'
  return `${lag.toLocaleString('en')} ${lag === 1 ? 'change' : 'changes'}`
}
