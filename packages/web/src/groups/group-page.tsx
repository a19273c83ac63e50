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
import { DeleteGroupSection } from './delete-group-section.tsx'
import { GroupAccountsSection } from './group-accounts-section.tsx'
import { GROUP_NAMING } from './group-naming.ts'
import { type Group, groupQuery, useRenameGroup } from './group-queries.ts'
import { InheritanceSection } from './inheritance-section.tsx'
import { NestedGroupsSection } from './nested-groups-section.tsx'

const route = getRouteApi('/frame/_admin/groups/$groupId')

/** `/_admin/groups/<id>`: what a group gives, and to whom. */
export function GroupPage() {
  const { groupId } = route.useParams()
  const { data: group, error, refetch } = useQuery(groupQuery(groupId))
  if (group !== undefined) return <Loaded key={groupId} group={group} />
  if (error instanceof ProblemError && (error.status === 404 || error.status === 400)) return <NotFoundPage />
  if (error) return <BrokenPage error={error} reset={refetch} />
  return <Loader mx="auto" my={80} display="block" aria-label="Loading" />
}

function Loaded({ group }: { readonly group: Group }) {
  const mayChange = useAccount().permissions.includes('groups:write')
  const { id, name, description, roles, inheritedRoles } = group
  const change = useRenameGroup(id)
  return (
    <>
      <BackLink {...ADMIN_PAGES.groups} />
      <PageHeader title={name} description={description || 'Group'} />
      <Stack gap="lg">
        <RolesSection holder={{ type: 'groups', id, name }} roles={roles} inherited={inheritedRoles} />
        <GroupAccountsSection group={group} mayChange={mayChange} />
        <NestedGroupsSection group={group} mayChange={mayChange} />
        <InheritanceSection group={group} />
        {mayChange && (
          <>
            <RenameSection naming={GROUP_NAMING} named={group} change={change} />
            <DeleteGroupSection group={group} />
          </>
        )}
      </Stack>
    </>
  )
}
