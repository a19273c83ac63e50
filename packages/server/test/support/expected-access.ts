import type { AccessRule } from '../../src/http/access.ts'

/**
 * Who may call what, as people have decided it: the tests hold the server against this table and never against its own.
 * Write a new route here by hand. A line is `METHOD path | who | permission and conditions`. Who is `everybody`, for whom
 * no credential is looked at, or the kinds of caller: `session`, `pat`, `service`.
 */
const TABLE = `
# Pages, documents and health
GET /healthz | everybody
GET /readyz | everybody
GET /metrics | everybody
GET /openapi.json | everybody
GET /docs | everybody
GET /docs/* | everybody
GET / | everybody
GET /login | everybody
GET /_settings/* | everybody
GET /_admin/* | everybody
GET /assets/* | everybody
GET /favicon.svg | everybody
GET /.well-known/oauth-authorization-server | everybody
GET /.well-known/oauth-protected-resource | everybody
GET /.well-known/security.txt | everybody

# Sessions, and the account itself
POST /api/v1/session | everybody
DELETE /api/v1/session | session | before-password-change
GET /api/v1/password-rules | session | before-password-change
PUT /api/v1/me/password | session | before-password-change
GET /api/v1/me/sessions | session
DELETE /api/v1/me/sessions | session
DELETE /api/v1/me/sessions/:id | session
GET /api/v1/me | session pat service

# Own tokens
GET /api/v1/tokens | session pat | own-tokens:read
GET /api/v1/tokens/rules | session pat service
POST /api/v1/tokens | session | own-tokens:write
GET /api/v1/tokens/:id | session pat | own-tokens:read
PATCH /api/v1/tokens/:id | session pat | own-tokens:write
DELETE /api/v1/tokens/:id | session pat | own-tokens:write
POST /api/v1/tokens/:id/rotate | session pat | own-tokens:write
GET /api/v1/tokens/:id/activity | session pat | own-tokens:read
GET /api/v1/tokens/:id/history | session pat | own-tokens:read
DELETE /api/v1/tokens/current | pat service
POST /api/v1/tokens/:id/explain | session pat | own-tokens:read

# OAuth
POST /oauth2/device_authorization | everybody
POST /oauth2/token | everybody
GET /api/v1/device-authorizations/:userCode | session | own-tokens:write
POST /api/v1/device-authorizations/:userCode/approve | session | own-tokens:write
POST /api/v1/device-authorizations/:userCode/deny | session | own-tokens:write
POST /oauth2/introspect | pat service | tokens:introspect credentials=client
POST /oauth2/introspect/batch | pat service | tokens:introspect credentials=client
POST /oauth2/revoke | pat service | credentials=client

# Members
GET /api/v1/members | session pat service | members:read
POST /api/v1/members | session pat service | members:write
POST /api/v1/members/bulk | session pat service | members:write
POST /api/v1/members/import | session pat service | members:write
GET /api/v1/members/export | session pat service | members:read
GET /api/v1/members/:id | session pat service | members:read
PATCH /api/v1/members/:id | session pat service | members:write
PUT /api/v1/members/:id/roles/:role | session pat service | roles:grant
DELETE /api/v1/members/:id/roles/:role | session pat service | roles:grant

# Groups
GET /api/v1/groups | session pat service | groups:read
POST /api/v1/groups | session pat service | groups:write
GET /api/v1/groups/:id | session pat service | groups:read
PATCH /api/v1/groups/:id | session pat service | groups:write
DELETE /api/v1/groups/:id | session pat service | groups:write
GET /api/v1/groups/:id/members | session pat service | groups:read
GET /api/v1/groups/:id/losses | session pat service | groups:read
PUT /api/v1/groups/:id/members/:accountId | session pat service | groups:write
DELETE /api/v1/groups/:id/members/:accountId | session pat service | groups:write
PUT /api/v1/groups/:id/groups/:groupId | session pat service | groups:write
DELETE /api/v1/groups/:id/groups/:groupId | session pat service | groups:write
PUT /api/v1/groups/:id/roles/:role | session pat service | roles:grant
DELETE /api/v1/groups/:id/roles/:role | session pat service | roles:grant

# Service accounts
GET /api/v1/service-accounts | session pat service | service-accounts:read
POST /api/v1/service-accounts | session pat service | service-accounts:write
GET /api/v1/service-accounts/:id | session pat service | service-accounts:read
PATCH /api/v1/service-accounts/:id | session pat service | service-accounts:write
DELETE /api/v1/service-accounts/:id | session pat service | service-accounts:write
PUT /api/v1/service-accounts/:id/roles/:role | session pat service | roles:grant
DELETE /api/v1/service-accounts/:id/roles/:role | session pat service | roles:grant
GET /api/v1/service-accounts/:id/tokens | session pat service | service-accounts:read
POST /api/v1/service-accounts/:id/tokens | session pat service | service-accounts:write
GET /api/v1/service-accounts/:id/tokens/:tokenId | session pat service | service-accounts:read
PATCH /api/v1/service-accounts/:id/tokens/:tokenId | session pat service | service-accounts:write
DELETE /api/v1/service-accounts/:id/tokens/:tokenId | session pat service | service-accounts:write
POST /api/v1/service-accounts/:id/tokens/:tokenId/rotate | session pat service | service-accounts:write

# Inventory and policy
GET /api/v1/admin/tokens | session pat service | inventory:read
GET /api/v1/admin/tokens/count | session pat service | inventory:read
GET /api/v1/admin/tokens/revocation | session pat service | inventory:revoke
GET /api/v1/admin/tokens/:id | session pat service | inventory:read
GET /api/v1/admin/tokens/:id/activity | session pat service | inventory:read
GET /api/v1/admin/tokens/:id/history | session pat service | inventory:read
POST /api/v1/admin/tokens/revoke | session pat service | inventory:revoke
POST /api/v1/admin/tokens/explain | session pat service | inventory:read
GET /api/v1/policy | session pat service | policy:read
PUT /api/v1/policy | session | policy:write
POST /api/v1/policy/preview | session pat service | policy:read

# Verifiers, roles and the audit log
GET /api/v1/verifiers | session pat service | nodes:read
POST /api/v1/verifiers | pat service | verifiers:connect
POST /api/v1/verifiers/:id/renew | pat service | verifiers:connect
POST /api/v1/verifiers/introspect | pat service | verifiers:connect
DELETE /api/v1/verifiers/:id | pat service | verifiers:connect
GET /api/v1/roles | session pat service
GET /api/v1/role-grants | session pat service | members:read
GET /api/v1/roles/:role/holders | session pat service | members:read
GET /api/v1/audit-events | session pat service | audit:read
GET /api/v1/audit-events/export | session pat service | audit:read

# Proxies, which ask by the method of their own caller
GET /_auth/verify | pat service | credentials=bearer
POST /_auth/verify | pat service | credentials=bearer
PUT /_auth/verify | pat service | credentials=bearer
PATCH /_auth/verify | pat service | credentials=bearer
DELETE /_auth/verify | pat service | credentials=bearer
OPTIONS /_auth/verify | pat service | credentials=bearer
GET /_auth/envoy/* | pat service | credentials=bearer
`

/** By `METHOD path`. */
export const EXPECTED_ACCESS: Readonly<Record<string, AccessRule>> = Object.fromEntries(
  TABLE.split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [route = '', who = '', more = ''] = line.split('|').map((part) => part.trim())
      return [route, ruleOf(who, more.split(' '))]
    }),
)

function ruleOf(who: string, conditions: readonly string[]): AccessRule {
  const permission = conditions.find((condition) => condition.includes(':'))
  const credentials = conditions.find((condition) => condition.startsWith('credentials='))?.split('=')[1]
  return {
    by: (who === 'everybody' ? 'anonymous' : who).split(' ') as unknown as AccessRule['by'],
    ...(permission !== undefined && { permission }),
    ...(credentials !== undefined && { credentials: credentials as 'bearer' | 'client' }),
    ...(conditions.includes('before-password-change') && { beforePasswordChange: true as const }),
  }
}
