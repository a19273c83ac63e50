import { Alert, Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { PageHeader } from '../app/page-header.tsx'
import { creationRefusal } from '../policy/creation-refusal.ts'
import { tokenRulesQuery } from '../policy/policy-queries.ts'
import { TokenTabs } from './token-tabs.tsx'

/** `/_settings/tokens`: one's own personal access tokens. */
export function TokensPage() {
  const [isCreating, setCreating] = useState(false)
  const refusal = creationRefusal(useQuery(tokenRulesQuery).data)
  return (
    <>
      <PageHeader
        title="Personal Access Tokens"
        description="Tokens act as you: with your permissions, as they are at each call. Programs send one as a bearer token instead of your password."
        action={
          refusal === undefined && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
              Create token
            </Button>
          )
        }
      />
      {refusal && (
        <Alert color="gray" variant="light" mb="md">
          {refusal}
        </Alert>
      )}
      <TokenTabs isCreating={isCreating} setCreating={setCreating} />
    </>
  )
}
