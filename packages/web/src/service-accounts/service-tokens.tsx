import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Section } from '../app/section.tsx'
import { catalogueQuery, permissionsOf } from '../roles/role-queries.ts'
import { useAccount } from '../session/use-account.ts'
import { TokenOwnerContext } from '../tokens/token-owner.ts'
import { TokenTabs } from '../tokens/token-tabs.tsx'
import type { ServiceAccount } from './service-account-queries.ts'

/** The tokens of a service account, by the same parts that show a person's own. */
export function ServiceTokens({ account }: { readonly account: ServiceAccount }) {
  const { id, status } = account
  const roles = [...account.roles, ...account.inheritedRoles.map(({ role }) => role)]
  const { permissions } = useAccount()
  const [isCreating, setCreating] = useState(false)
  const catalogue = useQuery({ ...catalogueQuery, enabled: permissions.includes('roles:read') })
  const mayChange = permissions.includes('service-accounts:write')
  const owner = { serviceAccountId: id, permissions: permissionsOf(roles, catalogue.data ?? []), mayChange }

  return (
    <Section
      title="Tokens"
      description={
        status === 'active'
          ? 'Programs send one as a bearer token and act as this service account.'
          : 'The service account is deactivated: none of its tokens is accepted.'
      }
      action={
        mayChange && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            Create token
          </Button>
        )
      }
    >
      <TokenOwnerContext value={owner}>
        <div>
          <TokenTabs isCreating={isCreating} setCreating={setCreating} />
        </div>
      </TokenOwnerContext>
    </Section>
  )
}
