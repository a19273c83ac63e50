import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { PageHeader } from '../app/page-header.tsx'
import { TokenTabs } from './token-tabs.tsx'

/** `/_settings/tokens`: one's own personal access tokens. */
export function TokensPage() {
  const [isCreating, setCreating] = useState(false)
  return (
    <>
      <PageHeader
        title="Personal Access Tokens"
        description="Tokens act as you: with your permissions, as they are at each call. Programs send one as a bearer token instead of your password."
        action={
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            Create token
          </Button>
        }
      />
      <TokenTabs isCreating={isCreating} setCreating={setCreating} />
    </>
  )
}
