const RAMP = ['at the next check', "live: the account's, from roles and groups", 'yes, written every 5 s'] as const
const DATABASE = ['at the next check', "the key's own; its user is not looked at", 'yes, at each check'] as const
const OIDC = ['at the next check', 'as at issue', 'no'] as const
const NONE = ['–', '–', '–'] as const

/** Of each contestant: its name; when a revocation counts, where permissions come from, whether the last use is known. */
export const TRAITS = {
  ramp: ['RAMP', ...RAMP],
  rampOpen: ["RAMP's server, open route", ...NONE],
  default: ['better-auth as it comes', ...DATABASE],
  tuned: ['better-auth, no rate limit, WAL', ...DATABASE],
  memory: [
    'better-auth, no rate limit, keys in a Map, deferred updates',
    'at the next check of this process',
    "the key's own; its user is not looked at",
    'yes, until the process ends, as are the keys',
  ],
  peerOpen: ["better-auth's server (Fastify), open route", ...NONE],
  rampIntrospection: ['RAMP', ...RAMP],
  oidcSqlite: ['oidc-provider, tokens in SQLite', ...OIDC],
  oidcMemory: ['oidc-provider, tokens in its own memory adapter (gone with the process)', ...OIDC],
} as const

/** Nothing is written where one of these answers. Of `oidcSqlite` it is measured. */
export const NOTES_NO_USE: ReadonlySet<string> = new Set(['rampOpen', 'peerOpen', 'oidcMemory'])
