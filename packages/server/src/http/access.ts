import type { Actor } from '../core/actor.ts'

/** Who may call a route, and which permission it takes. */
export interface AccessRule {
  readonly by: readonly Actor['kind'][]
  /** Without one, every account may; a narrowed token too. */
  readonly permission?: string
  /**
   * Where a credential is looked for, if not in `Authorization: Bearer` and then in the session cookie. `bearer`: in that
   * header alone. `client`: there, or an OAuth client shows a service account's id and token as HTTP Basic (RFC 6749
   * §2.3.1); its body is a form.
   */
  readonly credentials?: 'bearer' | 'client'
  /** The few calls that somebody who must change the password first may make. */
  readonly beforePasswordChange?: true
}

export const FORWARDED_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const everybody: AccessRule = { by: ['anonymous'] }

/** What an account does with its own tokens. */
const own = (permission: 'own-tokens:read' | 'own-tokens:write'): AccessRule => ({ by: ['session', 'pat'], permission })

/** What the roles decide, whatever the credential. */
const allowed = (permission: string): AccessRule => ({ by: ['session', 'pat', 'service'], permission })

/** An OAuth endpoint: for programs, by a token or as an OAuth client. */
const oauth: AccessRule = { by: ['pat', 'service'], credentials: 'client' }

/** What software does with a token, never a person in a browser. */
const byToken = (permission: string): AccessRule => ({ by: ['pat', 'service'], permission })

/**
 * What a proxy asks for its own callers, with their token: some ask by the caller's method (and below the caller's path)
 * rather than by GET.
 */
const forProxies = Object.fromEntries(
  ['/_auth/verify', '/_auth/verify/*'].flatMap((path) =>
    FORWARDED_METHODS.map((method) => [
      `${method} ${path}`,
      { by: ['pat', 'service'], credentials: 'bearer' } as const,
    ]),
  ),
)

/**
 * Every route of the server, closed by default: a registered route that is not here stops the start. `anonymous` means
 * that no credential is looked at.
 */
export const ACCESS: Readonly<Record<string, AccessRule>> = {
  'GET /healthz': everybody,
  'GET /readyz': everybody,
  'GET /metrics': everybody,
  'GET /openapi.json': everybody,
  'GET /docs': everybody,
  'GET /docs/': everybody,
  'GET /docs/json': everybody,
  'GET /docs/yaml': everybody,
  'GET /docs/static/index.html': everybody,
  'GET /docs/static/swagger-initializer.js': everybody,
  'GET /docs/static/*': everybody,

  'GET /': everybody,
  'GET /login': everybody,
  'GET /_settings/*': everybody,
  'GET /_admin/*': everybody,
  'GET /assets/*': everybody,
  'GET /favicon.svg': everybody,

  'POST /api/v1/session': everybody,
  'DELETE /api/v1/session': { by: ['session'], beforePasswordChange: true },
  'GET /api/v1/password-rules': { by: ['session'], beforePasswordChange: true },
  'PUT /api/v1/me/password': { by: ['session'], beforePasswordChange: true },
  'GET /api/v1/me/sessions': { by: ['session'] },
  'DELETE /api/v1/me/sessions': { by: ['session'] },
  'DELETE /api/v1/me/sessions/:id': { by: ['session'] },
  'GET /api/v1/me': { by: ['session', 'pat', 'service'] },

  'GET /api/v1/tokens': own('own-tokens:read'),
  'GET /api/v1/tokens/rules': { by: ['session', 'pat', 'service'] },
  'POST /api/v1/tokens': { by: ['session'], permission: 'own-tokens:write' },
  'GET /api/v1/tokens/:id': own('own-tokens:read'),
  'PATCH /api/v1/tokens/:id': own('own-tokens:write'),
  'DELETE /api/v1/tokens/:id': own('own-tokens:write'),
  'POST /api/v1/tokens/:id/rotate': own('own-tokens:write'),
  'GET /api/v1/tokens/:id/activity': own('own-tokens:read'),
  'GET /api/v1/tokens/:id/history': own('own-tokens:read'),
  'DELETE /api/v1/tokens/current': { by: ['pat', 'service'] },

  // Whoever calls these is known by a code or a client secret in the form, or not at all.
  'POST /oauth2/device_authorization': everybody,
  'POST /oauth2/token': everybody,

  'GET /api/v1/device-authorizations/:userCode': { by: ['session'], permission: 'own-tokens:write' },
  'POST /api/v1/device-authorizations/:userCode/approve': { by: ['session'], permission: 'own-tokens:write' },
  'POST /api/v1/device-authorizations/:userCode/deny': { by: ['session'], permission: 'own-tokens:write' },

  'GET /api/v1/members': allowed('members:read'),
  'POST /api/v1/members': allowed('members:write'),
  'POST /api/v1/members/bulk': allowed('members:write'),
  'POST /api/v1/members/import': allowed('members:write'),
  'GET /api/v1/members/export': allowed('members:read'),
  'GET /api/v1/members/:id': allowed('members:read'),
  'PATCH /api/v1/members/:id': allowed('members:write'),
  'PUT /api/v1/members/:id/roles/:role': allowed('roles:grant'),
  'DELETE /api/v1/members/:id/roles/:role': allowed('roles:grant'),

  'GET /api/v1/groups': allowed('groups:read'),
  'POST /api/v1/groups': allowed('groups:write'),
  'GET /api/v1/groups/:id': allowed('groups:read'),
  'PATCH /api/v1/groups/:id': allowed('groups:write'),
  'DELETE /api/v1/groups/:id': allowed('groups:write'),
  'GET /api/v1/groups/:id/members': allowed('groups:read'),
  'GET /api/v1/groups/:id/losses': allowed('groups:read'),
  'PUT /api/v1/groups/:id/members/:accountId': allowed('groups:write'),
  'DELETE /api/v1/groups/:id/members/:accountId': allowed('groups:write'),
  'PUT /api/v1/groups/:id/groups/:groupId': allowed('groups:write'),
  'DELETE /api/v1/groups/:id/groups/:groupId': allowed('groups:write'),
  'PUT /api/v1/groups/:id/roles/:role': allowed('roles:grant'),
  'DELETE /api/v1/groups/:id/roles/:role': allowed('roles:grant'),

  'GET /api/v1/service-accounts': allowed('service-accounts:read'),
  'POST /api/v1/service-accounts': allowed('service-accounts:write'),
  'GET /api/v1/service-accounts/:id': allowed('service-accounts:read'),
  'PATCH /api/v1/service-accounts/:id': allowed('service-accounts:write'),
  'DELETE /api/v1/service-accounts/:id': allowed('service-accounts:write'),
  'PUT /api/v1/service-accounts/:id/roles/:role': allowed('roles:grant'),
  'DELETE /api/v1/service-accounts/:id/roles/:role': allowed('roles:grant'),
  'GET /api/v1/service-accounts/:id/tokens': allowed('service-accounts:read'),
  'POST /api/v1/service-accounts/:id/tokens': allowed('service-accounts:write'),
  'GET /api/v1/service-accounts/:id/tokens/:tokenId': allowed('service-accounts:read'),
  'PATCH /api/v1/service-accounts/:id/tokens/:tokenId': allowed('service-accounts:write'),
  'DELETE /api/v1/service-accounts/:id/tokens/:tokenId': allowed('service-accounts:write'),
  'POST /api/v1/service-accounts/:id/tokens/:tokenId/rotate': allowed('service-accounts:write'),

  'GET /api/v1/admin/tokens': allowed('inventory:read'),
  'GET /api/v1/admin/tokens/count': allowed('inventory:read'),
  'GET /api/v1/admin/tokens/revocation': allowed('inventory:revoke'),
  'GET /api/v1/admin/tokens/:id': allowed('inventory:read'),
  'GET /api/v1/admin/tokens/:id/activity': allowed('inventory:read'),
  'GET /api/v1/admin/tokens/:id/history': allowed('inventory:read'),
  'POST /api/v1/admin/tokens/revoke': allowed('inventory:revoke'),
  'POST /api/v1/admin/tokens/explain': allowed('inventory:read'),
  'POST /api/v1/tokens/:id/explain': own('own-tokens:read'),

  'GET /api/v1/policy': allowed('policy:read'),
  'PUT /api/v1/policy': { by: ['session'], permission: 'policy:write' },
  'POST /api/v1/policy/preview': allowed('policy:read'),

  'GET /api/v1/verifiers': allowed('nodes:read'),
  'POST /api/v1/verifiers': byToken('verifiers:connect'),
  'POST /api/v1/verifiers/:id/renew': byToken('verifiers:connect'),
  'POST /api/v1/verifiers/introspect': byToken('verifiers:connect'),
  'DELETE /api/v1/verifiers/:id': byToken('verifiers:connect'),

  'GET /api/v1/roles': { by: ['session', 'pat', 'service'] },
  'GET /api/v1/role-grants': allowed('members:read'),
  'GET /api/v1/roles/:role/holders': allowed('members:read'),
  'GET /api/v1/audit-events': allowed('audit:read'),
  'GET /api/v1/audit-events/export': allowed('audit:read'),

  'POST /oauth2/introspect': { ...oauth, permission: 'tokens:introspect' },
  'POST /oauth2/introspect/batch': { ...oauth, permission: 'tokens:introspect' },
  'POST /oauth2/revoke': oauth,
  ...forProxies,
  'GET /.well-known/oauth-authorization-server': everybody,
  'GET /.well-known/oauth-protected-resource': everybody,
}

/** Whether a refusal here is worth an audit event: administrative routes, not one's own affairs. */
export function isAdministrative(rule: AccessRule): boolean {
  return rule.permission !== undefined && !rule.permission.startsWith('own-tokens:')
}
