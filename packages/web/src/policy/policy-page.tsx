import { Loader, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { messageOf } from '../api/problem-messages.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { formatExact } from '../app/time.ts'
import { useAccount } from '../session/use-account.ts'
import { PolicyForm } from './policy-form.tsx'
import { policyQuery } from './policy-queries.ts'

/** `/_admin/policy`: what holds for all tokens. */
export function PolicyPage() {
  const { data, error } = useQuery(policyQuery)
  const mayChange = useAccount().permissions.includes('policy:write')
  return (
    <>
      <PageHeader
        title="Policy"
        description="What holds for all tokens, those there are included. A policy deletes nothing: it ends or refuses tokens, and their owners see why."
      />
      {error && <FormAlert message={messageOf(error)} />}
      {data === undefined ? (
        error === null && <Loader aria-label="Loading the policy" />
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="md">
            {data.policy.updatedAt === null
              ? 'Never changed since the installation.'
              : `Last changed ${formatExact(Date.parse(data.policy.updatedAt))} by ${data.policy.updatedBy ?? 'somebody'}.`}
            {!mayChange && ' You may read it, not change it.'}
          </Text>
          <PolicyForm initial={data} mayChange={mayChange} />
        </>
      )}
    </>
  )
}
