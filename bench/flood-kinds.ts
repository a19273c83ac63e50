import { generateToken } from '@ramp/verifier'

/** What a flood needs to know of the server that it is sent to. */
export interface Flooded {
  readonly origin: string
  /** Of an account that may do nothing but read templates. */
  readonly token: string
  readonly username: string
}

interface FloodRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Flood {
  /** Of `findings`' table, or one more of its kind. */
  readonly what: string
  readonly atOnce: number
  readonly halfOpen?: true
  request(target: Flooded, index: number): FloodRequest
}

const flood = (what: string, atOnce: number, request: Flood['request']): Flood => ({ what, atOnce, request })

/** The server trusts the load as a proxy, so each request may come from an address of its own. */
const from = (address: string) => ({ 'x-forwarded-for': address })
const addressOf = (index: number) => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`

const signIn = (username: string, address: string): FloodRequest => ({
  method: 'POST',
  path: '/api/v1/session',
  headers: from(address),
  body: JSON.stringify({ username, password: 'not the right one' }),
})
const withToken = (token: string) => ({ authorization: `Bearer ${token}`, ...from('192.0.2.1') })
const unknownToken = () => withToken(generateToken('ramp', 'pat').text)

export const FLOODS = {
  'sign-ins': flood('sign-ins from many addresses', 200, ({ username }, index) => signIn(username, addressOf(index))),
  'sign-ins-throttled': flood('sign-ins from one address', 150, ({ username }) => signIn(username, '192.0.2.1')),
  'sign-ins-unknown': flood('sign-ins of unknown users', 150, (_target, index) =>
    signIn(`nobody-${index}`, addressOf(index)),
  ),
  refused: flood('requests that get 403', 200, ({ token }) => ({ path: '/api/v1/members', headers: withToken(token) })),
  'refused-changes': flood('changes that get 403', 200, ({ token }, index) => ({
    method: 'POST',
    path: '/api/v1/members',
    headers: { ...withToken(token), ...from(addressOf(index)) },
    body: '{}',
  })),
  'unknown-tokens': flood('unknown tokens', 200, () => ({ path: '/api/v1/me', headers: unknownToken() })),
  'unknown-tokens-verified': flood('unknown tokens at /_auth/verify', 100, () => ({
    path: '/_auth/verify',
    headers: unknownToken(),
  })),
  'no-such-page': flood('pages that do not exist', 150, (_target, index) => ({ path: `/no/such/page/${index}` })),
  openapi: flood('/openapi.json', 150, () => ({ path: '/openapi.json' })),
  'docs-yaml': flood('/docs/yaml', 150, () => ({ path: '/docs/yaml' })),
  'docs-files': flood('/docs/static/swagger-ui-bundle.js', 50, () => ({ path: '/docs/static/swagger-ui-bundle.js' })),
  metrics: flood('/metrics', 150, () => ({ path: '/metrics' })),
  readiness: flood('/readyz', 150, () => ({ path: '/readyz' })),
  'own-tokens': flood('lists of one’s own tokens', 150, ({ token }) => ({
    path: '/api/v1/tokens?limit=200&status=all',
    headers: withToken(token),
  })),
  'device-codes': flood('device codes', 150, (_target, index) => ({
    method: 'POST',
    path: '/oauth2/device_authorization',
    headers: { ...from(addressOf(index)), 'content-type': 'application/x-www-form-urlencoded' },
    body: 'client_id=bench',
  })),
  'half-open': { ...flood('connections that send no whole request', 1500, () => ({ path: '/' })), halfOpen: true },
} as const satisfies Readonly<Record<string, Flood>>

export type FloodName = keyof typeof FLOODS
