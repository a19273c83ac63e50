import { Loader, Stack } from '@mantine/core'
import { ProblemError } from '@ramp/client'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { BackLink } from '../app/back-link.tsx'
import { BrokenPage } from '../app/broken-page.tsx'
import { NotFoundPage } from '../app/not-found-page.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { RenameSection } from '../app/rename-section.tsx'
import { RolesSection } from '../roles/roles-section.tsx'
import { useAccount } from '../session/use-account.ts'
import { EndSection } from './end-section.tsx'
import { MaintainersSection } from './maintainers-section.tsx'
import { SERVICE_ACCOUNT_NAMING } from './naming.ts'
import { ServiceAccountFacts } from './service-account-facts.tsx'
import { type OpenServiceAccount, serviceAccountQuery, useEditServiceAccount } from './service-account-queries.ts'
import { ServiceTokens } from './service-tokens.tsx'

const route = getRouteApi('/frame/_admin/service-accounts/$id')

/** `/_admin/service-accounts/<id>`: all there is to one. */
export function ServiceAccountPage() {
  const { id } = route.useParams()
  const { data: account, error, refetch } = useQuery(serviceAccountQuery(id))
  if (account !== undefined) return <Loaded key={id} account={account} />
  if (error instanceof ProblemError && (error.status === 404 || error.status === 400)) return <NotFoundPage />
  if (error) return <BrokenPage error={error} reset={refetch} />
  return <Loader mx="auto" my={80} display="block" aria-label="Loading" />
}

function Loaded({ account }: { readonly account: OpenServiceAccount }) {
  const mayChange = useAccount().permissions.includes('service-accounts:write')
  const { id, name, description, roles, inheritedRoles } = account
  const change = useEditServiceAccount(id)
  return (
    <>
      <BackLink {...ADMIN_PAGES.serviceAccounts} />
      <PageHeader title={name} description={description || 'Service account'} />
      <Stack gap="lg">
        <ServiceAccountFacts account={account} />
        <RolesSection
          holder={{ type: 'service-accounts', id, name }}
          roles={roles}
          inherited={inheritedRoles}
          isMachine
        />
        <ServiceTokens account={account} />
        <MaintainersSection account={account} mayChange={mayChange} />
        {mayChange && (
          <>
            <RenameSection naming={SERVICE_ACCOUNT_NAMING} named={account} change={change} />
            <EndSection account={account} />
          </>
        )}
      </Stack>
    </>
  )
}
