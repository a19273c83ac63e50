import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { AuditPage } from '../audit/audit-page.tsx'
import { readAuditSearch } from '../audit/audit-search.ts'
import { AuthorizePage } from '../authorize/authorize-page.tsx'
import { readAuthorizeSearch } from '../authorize/authorize-search.ts'
import { GroupPage } from '../groups/group-page.tsx'
import { readGroupSearch } from '../groups/group-search.ts'
import { GroupsPage } from '../groups/groups-page.tsx'
import { InventoryPage } from '../inventory/inventory-page.tsx'
import { readInventorySearch } from '../inventory/inventory-search.ts'
import { MemberPage } from '../members/member-page.tsx'
import { readMemberSearch } from '../members/member-search.ts'
import { MembersPage } from '../members/members-page.tsx'
import { NodesPage } from '../nodes/nodes-page.tsx'
import { PolicyPage } from '../policy/policy-page.tsx'
import { RolesPage } from '../roles/roles-page.tsx'
import { ServiceAccountPage } from '../service-accounts/service-account-page.tsx'
import { readServiceAccountSearch } from '../service-accounts/service-account-search.ts'
import { ServiceAccountsPage } from '../service-accounts/service-accounts-page.tsx'
import { LoginPage } from '../session/login-page.tsx'
import { readReturnPath } from '../session/return-path.ts'
import { SecurityPage } from '../session/security-page.tsx'
import { AnyTokenPage, OwnTokenPage } from '../tokens/token-page.tsx'
import { readTokenSearch } from '../tokens/token-search.ts'
import { TokensPage } from '../tokens/tokens-page.tsx'
import { ADMIN_PAGES } from './admin-pages.ts'
import { AppFrame } from './app-frame.tsx'
import { BrokenPage } from './broken-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { Requires } from './requires.tsx'

const root = createRootRoute({ notFoundComponent: NotFoundPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/_settings/tokens' })
  },
})

export const loginRoute = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string } => readReturnPath(search['next']),
  component: LoginPage,
})

/** Everything behind the sign-in, with navigation and account menu around it. */
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: AppFrame })

export const tokensRoute = createRoute({
  getParentRoute: () => frame,
  path: '/_settings/tokens',
  validateSearch: readTokenSearch,
  component: TokensPage,
})

const security = createRoute({ getParentRoute: () => frame, path: '/_settings/security', component: SecurityPage })

const authorize = createRoute({
  getParentRoute: () => frame,
  path: '/_settings/authorize',
  validateSearch: readAuthorizeSearch,
  component: AuthorizePage,
})

const members = createRoute({
  getParentRoute: () => frame,
  path: ADMIN_PAGES.members.to,
  validateSearch: readMemberSearch,
  component: () => (
    <Requires permission={ADMIN_PAGES.members.permission}>
      <MembersPage />
    </Requires>
  ),
})

const member = createRoute({
  getParentRoute: () => frame,
  path: `${ADMIN_PAGES.members.to}/$id`,
  component: () => (
    <Requires permission={ADMIN_PAGES.members.permission}>
      <MemberPage />
    </Requires>
  ),
})

const groups = createRoute({
  getParentRoute: () => frame,
  path: '/_admin/groups',
  validateSearch: readGroupSearch,
  component: () => (
    <Requires permission={ADMIN_PAGES.groups.permission}>
      <GroupsPage />
    </Requires>
  ),
})

const group = createRoute({
  getParentRoute: () => frame,
  path: '/_admin/groups/$groupId',
  component: () => (
    <Requires permission={ADMIN_PAGES.groups.permission}>
      <GroupPage />
    </Requires>
  ),
})

const roles = createRoute({
  getParentRoute: () => frame,
  path: '/_admin/roles',
  component: () => (
    <Requires permission={ADMIN_PAGES.roles.permission}>
      <RolesPage />
    </Requires>
  ),
})

const serviceAccounts = createRoute({
  getParentRoute: () => frame,
  path: '/_admin/service-accounts',
  validateSearch: readServiceAccountSearch,
  component: () => (
    <Requires permission={ADMIN_PAGES.serviceAccounts.permission}>
      <ServiceAccountsPage />
    </Requires>
  ),
})

const serviceAccount = createRoute({
  getParentRoute: () => frame,
  path: '/_admin/service-accounts/$id',
  validateSearch: readTokenSearch,
  component: () => (
    <Requires permission={ADMIN_PAGES.serviceAccounts.permission}>
      <ServiceAccountPage />
    </Requires>
  ),
})

const ownToken = createRoute({
  getParentRoute: () => frame,
  path: '/_settings/tokens/$tokenId',
  component: OwnTokenPage,
})

const inventory = createRoute({
  getParentRoute: () => frame,
  path: ADMIN_PAGES.tokens.to,
  validateSearch: readInventorySearch,
  component: () => (
    <Requires permission={ADMIN_PAGES.tokens.permission}>
      <InventoryPage />
    </Requires>
  ),
})

const anyToken = createRoute({
  getParentRoute: () => frame,
  path: `${ADMIN_PAGES.tokens.to}/$tokenId`,
  component: () => (
    <Requires permission={ADMIN_PAGES.tokens.permission}>
      <AnyTokenPage />
    </Requires>
  ),
})

const policy = createRoute({
  getParentRoute: () => frame,
  path: ADMIN_PAGES.policy.to,
  component: () => (
    <Requires permission={ADMIN_PAGES.policy.permission}>
      <PolicyPage />
    </Requires>
  ),
})

const audit = createRoute({
  getParentRoute: () => frame,
  path: ADMIN_PAGES.audit.to,
  validateSearch: readAuditSearch,
  component: () => (
    <Requires permission={ADMIN_PAGES.audit.permission}>
      <AuditPage />
    </Requires>
  ),
})

const nodes = createRoute({
  getParentRoute: () => frame,
  path: ADMIN_PAGES.nodes.to,
  component: () => (
    <Requires permission={ADMIN_PAGES.nodes.permission}>
      <NodesPage />
    </Requires>
  ),
})

const unknownSetting = createRoute({ getParentRoute: () => frame, path: '/_settings/$', component: NotFoundPage })
const unknownAdmin = createRoute({ getParentRoute: () => frame, path: '/_admin/$', component: NotFoundPage })

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    loginRoute,
    frame.addChildren([
      tokensRoute,
      security,
      authorize,
      members,
      member,
      groups,
      group,
      roles,
      serviceAccounts,
      serviceAccount,
      ownToken,
      inventory,
      anyToken,
      policy,
      nodes,
      audit,
      unknownSetting,
      unknownAdmin,
    ]),
  ]),
  defaultErrorComponent: BrokenPage,
  // Only what a route's validateSearch lets through; otherwise the root passes everything on as it came.
  search: { strict: true },
  // Plain text both ways: the router's own JSON would turn a search for 123 into %22123%22.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
