import { Loader, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemError } from '../api/problem-error.ts'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { announce } from '../app/announce.ts'
import { BackLink } from '../app/back-link.tsx'
import { BrokenPage } from '../app/broken-page.tsx'
import { NamingForm } from '../app/naming-form.tsx'
import { NotFoundPage } from '../app/not-found-page.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { Section } from '../app/section.tsx'
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
            <Details account={account} />
            <EndSection account={account} />
          </>
        )}
      </Stack>
    </>
  )
}

/** Saves over what was shown when the form was opened, and over nothing that somebody else has written since. */
function Details({ account: { id, name, description, etag } }: { readonly account: OpenServiceAccount }) {
  const [shown, setShown] = useState(etag)
  const change = useEditServiceAccount(id)
  return (
    <Section title="Name and description">
      <NamingForm
        {...SERVICE_ACCOUNT_NAMING}
        initial={{ name, description }}
        submitLabel="Save"
        error={change.error}
        isPending={change.isPending}
        onSubmit={(names, options) =>
          change.mutate(
            { ...names, etag: shown },
            {
              onSuccess: (changed) => {
                setShown(changed.etag)
                announce(`“${changed.name}” is saved.`)
              },
              onError: (error) => {
                // Told, and shown above what it is now, one may save over it.
                if (error instanceof ProblemError && error.code === 'edited_meanwhile') setShown('*')
                options.onError(error)
              },
            },
          )
        }
      />
    </Section>
  )
}
