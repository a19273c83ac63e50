import { Loader, Stack } from '@mantine/core'
import { ProblemError } from '@ramp/client'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ADMIN_PAGES } from '../app/admin-pages.ts'
import { BackLink } from '../app/back-link.tsx'
import { BrokenPage } from '../app/broken-page.tsx'
import { NotFoundPage } from '../app/not-found-page.tsx'
import { PageHeader } from '../app/page-header.tsx'
import { RolesSection } from '../roles/roles-section.tsx'
import { useAccount } from '../session/use-account.ts'
import { EditMemberSection } from './edit-member-section.tsx'
import { MemberEvents } from './member-events.tsx'
import { MemberFacts } from './member-facts.tsx'
import { memberQuery, type TaggedMember } from './member-queries.ts'
import { MemberStatusSection } from './member-status-section.tsx'
import { PasswordSection } from './password-section.tsx'

const route = getRouteApi('/frame/_admin/ramp-tenant-members/$id')

/** `/_admin/ramp-tenant-members/<id>`: one of the people who can sign in. */
export function MemberPage() {
  const { id } = route.useParams()
  const { data: member, error, refetch } = useQuery(memberQuery(id))
  if (member !== undefined) return <Loaded key={id} member={member} />
  if (error instanceof ProblemError && (error.status === 404 || error.status === 400)) return <NotFoundPage />
  if (error) return <BrokenPage error={error} reset={refetch} />
  return <Loader mx="auto" my={80} display="block" aria-label="Loading" />
}

function Loaded({ member }: { readonly member: TaggedMember }) {
  const { permissions } = useAccount()
  const mayChange = permissions.includes('members:write')
  const { id, displayName, username, roles } = member
  return (
    <>
      <BackLink {...ADMIN_PAGES.members} />
      <PageHeader title={displayName} description={username} />
      <Stack gap="lg">
        <MemberFacts member={member} />
        <RolesSection holder={{ type: 'members', id, name: displayName }} roles={roles} />
        {mayChange && (
          <>
            <EditMemberSection member={member} />
            <PasswordSection member={member} />
            <MemberStatusSection member={member} />
          </>
        )}
        {permissions.includes('audit:read') && <MemberEvents id={id} />}
      </Stack>
    </>
  )
}
