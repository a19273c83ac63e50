import { mutationsOf } from '../mutations-of.ts'

/** Is this token valid, and what may its bearer do? */
export const VERIFICATION = [
  ...mutationsOf(
    'packages/server/src/verification/verdict.ts',
    [
      'api/verification/live-state',
      'api/tokens/addresses',
      'api/tokens/permissions',
      'api/tokens/expiration',
      'api/policy/new-tokens',
      'api/policy/existing-tokens',
    ],
    [
      [
        'if (!timingSafeEqual(presented.digest, token.digest)) return REFUSED.unknown',
        '',
        'A guessed secret with a known id is accepted.',
      ],
      ['if (token.revokedAt !== null) return REFUSED.revoked', '', 'A revoked token is accepted.'],
      [
        'presented.now >= token.expiresAt',
        'presented.now > token.expiresAt',
        'A token is accepted in the millisecond in which it expires.',
      ],
      [
        'if (token.expiresAt !== null && presented.now >= token.expiresAt) return REFUSED.expired',
        '',
        'An expired token is accepted.',
      ],
      [
        'if (account.deactivatedAt !== null) return REFUSED.account_deactivated',
        '',
        'The token of a deactivated account is accepted.',
      ],
      [
        'if (token.allowedAddresses !== null && !isWithin(presented.address, token.allowedAddresses)) {',
        'if (false) {',
        "A token's own addresses are ignored.",
      ],
      [
        'if (token.policyAddresses !== null && !isWithin(presented.address, token.policyAddresses)) {',
        'if (false) {',
        "The policy's addresses are ignored.",
      ],
      [
        'if (token.narrowing === null) return account.permissions',
        'return account.permissions',
        'A narrowed token has all permissions of its account.',
      ],
      [
        '[...token.narrowing].filter((permission) => account.permissions.has(permission))',
        'token.narrowing',
        'A narrowed token keeps a permission that its account has lost.',
      ],
      [
        'if (known?.account === account) return known.permissions',
        'if (known !== undefined) return known.permissions',
        'A narrowed token keeps the intersection with earlier permissions.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/http/bearer.ts',
    ['api/verification/authorization-header'],
    [
      [
        "if (countOf(req.rawHeaders, 'authorization') > 1) throw invalid('More than one Authorization header was sent')",
        '',
        'The first of two Authorization headers counts.',
      ],
      [
        "if (credential === '') throw invalid('The Authorization header holds no token')",
        '',
        'An empty credential is looked up.',
      ],
      ['header.toLowerCase() === name', 'header === name', 'A second header in other case goes unnoticed.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/http/authenticate.ts',
    ['access-matrix', 'api/verification/stray-token', 'api/sessions/password', 'api/oauth/client-authentication'],
    [
      [
        "if (actor.kind === 'session' && actor.mustChangePassword && rule.beforePasswordChange === undefined) {",
        'if (false) {',
        'A session with an initial password may do everything.',
      ],
      ['if (!rule.by.includes(actor.kind)) {', 'if (false) {', 'A token reaches routes that need a session.'],
      [
        'if (rule.permission !== undefined && !actor.permissions.has(rule.permission)) {',
        'if (false) {',
        "The permission of a route's rule is not demanded.",
      ],
      ['assertSameSite(req, publicUrl)', '', 'Another site can send requests with the cookie.'],
      [
        '/[?&]access_token=/i.test(address)',
        '/[?&]access_token=/.test(address)',
        'A token in the address is read if the name has capitals.',
      ],
      ['holdsSecret(address)', 'false', 'A secret under another name in the query is not refused.'],
      [
        'if (client !== undefined && !isOfClient(verdict, client)) done(invalidClient())',
        'if (false) done()',
        'A client authenticates with a token of another client.',
      ],
      [
        'if (!isOfClient(verdict, client)) reject(invalidClient())',
        'if (false) reject()',
        'A client authenticates in a form with a token of another client.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/http/same-site.ts',
    ['api/sessions/cross-site'],
    [
      [
        "if (site !== 'same-origin' && site !== 'none')",
        "if (site === 'cross-site')",
        'A sibling subdomain may send requests with the cookie.',
      ],
      [
        "if (origin !== undefined && origin !== originOf(req, publicUrl)) throw new Problem('cross_site_request')",
        '',
        'An older browser sends requests from any site.',
      ],
      ["req.method === 'GET' ||", "req.method !== 'DELETE' ||", 'Another site may send a POST.'],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/core/address.ts',
    ['api/tokens/addresses', 'api/tokens/narrower-addresses', 'api/bad-input/address'],
    [
      ['Number(length) > bits', 'Number(length) > 128', 'An IPv4 range may have a length of more than 32 bits.'],
      [
        "address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address",
        'address',
        'A client on a dual-stack socket does not match its IPv4 range.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/verification/introspection.ts',
    ['api/oauth/introspection'],
    [
      [
        "if (verdict.outcome !== 'active') return INACTIVE",
        "if (verdict.outcome === 'unknown') return INACTIVE",
        'A revoked token is introspected as if it were active.',
      ],
      [
        "scope: sorted(permissions).join(' ')",
        "scope: sorted(account.permissions).join(' ')",
        'The scope of a narrowed token lists all permissions of its account.',
      ],
    ],
  ),
  ...mutationsOf(
    'packages/server/src/http/access.ts',
    ['access-matrix'],
    [
      [
        "'POST /api/v1/members': allowed('members:write')",
        "'POST /api/v1/members': allowed('members:read')",
        'A caller who may only read members creates them.',
      ],
      [
        "'PUT /api/v1/members/:id/roles/:role': allowed('roles:grant')",
        "'PUT /api/v1/members/:id/roles/:role': allowed('members:write')",
        'A SuperUser makes Administrators.',
      ],
      [
        "'POST /api/v1/tokens': { by: ['session'], permission",
        "'POST /api/v1/tokens': { by: ['session', 'pat', 'service'], permission",
        'A personal access token makes personal access tokens.',
      ],
      [
        "'DELETE /api/v1/me/sessions': { by: ['session'] }",
        "'DELETE /api/v1/me/sessions': { by: ['session'], beforePasswordChange: true }",
        'A session with an initial password does more than change it.',
      ],
    ],
  ),
]
