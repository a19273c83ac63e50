import type { Actor } from '../core/actor.ts'

/** Who may call a route, and which permission it takes. */
export interface AccessRule {
  readonly by: readonly Actor['kind'][]
  /** Without one, every account may; a narrowed token too. */
  readonly permission?: string
  /** The few calls that somebody who must change the password first may make. */
  readonly beforePasswordChange?: true
}

const everybody: AccessRule = { by: ['anonymous'] }

/** What an account does with its own tokens. */
const own = (permission: 'own-tokens:read' | 'own-tokens:write'): AccessRule => ({ by: ['session', 'pat'], permission })

/** What the roles decide, whatever the credential. */
const allowed = (permission: string): AccessRule => ({ by: ['session', 'pat', 'service'], permission })

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
  'PUT /api/v1/me/password': { by: ['session'], beforePasswordChange: true },
  'GET /api/v1/me': { by: ['session', 'pat', 'service'] },

  'GET /api/v1/tokens': own('own-tokens:read'),
  'POST /api/v1/tokens': { by: ['session'], permission: 'own-tokens:write' },
  'GET /api/v1/tokens/:id': own('own-tokens:read'),
  'PATCH /api/v1/tokens/:id': own('own-tokens:write'),
  'DELETE /api/v1/tokens/:id': own('own-tokens:write'),
  'DELETE /api/v1/tokens/current': { by: ['pat', 'service'] },

  'GET /api/v1/members': allowed('members:read'),
  'POST /api/v1/members': allowed('members:write'),
  'GET /api/v1/members/:id': allowed('members:read'),
  'PATCH /api/v1/members/:id': allowed('members:write'),
  'PUT /api/v1/members/:id/roles/:role': allowed('roles:grant'),
  'DELETE /api/v1/members/:id/roles/:role': allowed('roles:grant'),

  'GET /api/v1/roles': { by: ['session', 'pat', 'service'] },
  'GET /api/v1/audit-events': allowed('audit:read'),
}

/** Whether a refusal here is worth an audit event: administrative routes, not one's own affairs. */
export function isAdministrative(rule: AccessRule): boolean {
  return rule.permission !== undefined && !rule.permission.startsWith('own-tokens:')
}
