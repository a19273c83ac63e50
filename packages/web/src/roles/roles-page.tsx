import { Button, Loader, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { messageOf } from '../api/problem-messages.ts'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { FormAlert } from '../app/form-alert.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { useAccount } from '../session/use-account.ts'
import { RoleCard } from './role-card.tsx'
import { givenRolesQuery } from './role-holder-queries.ts'
import { catalogueQuery } from './role-queries.ts'

/** `/_admin/roles`: what each role allows, and who has it. */
export function RolesPage() {
  const maySeeHolders = useAccount().permissions.includes('members:read')
  const catalogue = useQuery(catalogueQuery)
  const given = useQuery({ ...givenRolesQuery, enabled: maySeeHolders })
  const error = catalogue.error ?? given.error
  const stale = given.data?.filter(({ inCatalogue }) => !inCatalogue) ?? []
  return (
    <>
      <PageHeader
        title={ADMIN_PAGES.roles.label}
        description="The roles of this server and what each allows. They come from a file, the catalogue, which is read when the server starts; they are given to members, service accounts and groups on their own pages."
      />
      <Stack gap="lg">
        {error && (
          <Stack gap="xs" align="flex-start">
            <FormAlert message={`The roles could not be read. ${messageOf(error)}`} />
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                void catalogue.refetch()
                void given.refetch()
              }}
            >
              Try again
            </Button>
          </Stack>
        )}
        {catalogue.isPending && <Loader mx="auto" my="xl" aria-label="Loading roles" />}
        {stale.map(({ role, ...counts }) => (
          <RoleCard key={role} name={role} entry={undefined} counts={counts} maySeeHolders={maySeeHolders} />
        ))}
        {catalogue.data?.map((role) => (
          <RoleCard
            key={role.name}
            name={role.name}
            entry={role}
            counts={given.data && (given.data.find((each) => each.role === role.name) ?? { accounts: 0, groups: 0 })}
            maySeeHolders={maySeeHolders}
          />
        ))}
      </Stack>
    </>
  )
}
