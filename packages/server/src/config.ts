import { isTokenPrefix } from '@ramp/verifier'
import { parseRange } from './core/address.ts'
import { Secret } from './core/secret.ts'
import { USERNAME_PATTERN } from './core/text.ts'

/** Where the server listens, what it stores in, and what it trusts. Read once at start. */
export interface Config {
  readonly databaseUrl: string
  readonly host: string
  readonly port: number
  /** The origin that browsers see, such as `https://ramp.example`; null: the request's own Host counts. */
  readonly publicUrl: string | null
  readonly tokenPrefix: string
  /** A role catalogue of the operator's own, or null. */
  readonly rolesFile: string | null
  /** False, or the peers (addresses and ranges) whose X-Forwarded-* headers are believed, or how many hops. */
  readonly trustProxy: false | number | readonly string[]
  /** How long a password has to be that somebody chooses, or that an administrator gives. */
  readonly passwordMinLength: number
  readonly adminUsername: string | null
  readonly adminPassword: Secret | null
  /** After so many days audit events are removed; null: never. */
  readonly auditRetentionDays: number | null
  readonly logLevel: LogLevel
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

/** A setting that cannot be used. The message names the variable and what it must be, never the value. */
export class ConfigError extends Error {}

interface Setting<T> {
  readonly variable: string
  readonly fallback: T
  /** Undefined: not acceptable. */
  readonly parse: (text: string) => T | undefined
  /** "must be …" */
  readonly mustBe: string
}

function setting<T>(variable: string, fallback: T, parse: (text: string) => T | undefined, mustBe: string): Setting<T> {
  return { variable, fallback, parse, mustBe }
}

/** Every variable there is; `docs/configuration.md` shows the same table. */
export const SETTINGS: { readonly [Name in keyof Config]: Setting<Config[Name]> } = {
  databaseUrl: setting(
    'RAMP_DATABASE_URL',
    'sqlite:./data/ramp.db',
    parseDatabaseUrl,
    '"sqlite:<path>" or "postgres://…"',
  ),
  host: setting('RAMP_HOST', '127.0.0.1', (text) => text, 'a host name or an address'),
  port: setting('RAMP_PORT', 7267, (text) => parseInteger(text, 0, 65535), 'a port from 0 (any free one) to 65535'),
  publicUrl: setting('RAMP_PUBLIC_URL', null, parseOrigin, 'an http or https address without a path'),
  tokenPrefix: setting(
    'RAMP_TOKEN_PREFIX',
    'ramp',
    (text) => (isTokenPrefix(text) ? text : undefined),
    '1 to 20 lower-case letters and digits, a letter first',
  ),
  rolesFile: setting('RAMP_ROLES_FILE', null, (text) => text, 'the path of a role catalogue'),
  trustProxy: setting(
    'RAMP_TRUST_PROXY',
    false,
    parseTrustProxy,
    '"false", a number of hops, or a comma-separated list of addresses and ranges',
  ),
  passwordMinLength: setting(
    'RAMP_PASSWORD_MIN_LENGTH',
    8,
    (text) => parseInteger(text, 8, 64),
    'a number from 8 to 64',
  ),
  adminUsername: setting(
    'RAMP_ADMIN_USERNAME',
    null,
    parseUsername,
    '1 to 64 letters, digits, dots, hyphens, underscores or @',
  ),
  adminPassword: setting(
    'RAMP_ADMIN_PASSWORD',
    null,
    (text) => (text.length >= 8 && text.length <= 256 ? new Secret(text) : undefined),
    '8 to 256 characters long',
  ),
  auditRetentionDays: setting(
    'RAMP_AUDIT_RETENTION_DAYS',
    null,
    (text) => parseInteger(text, 1, 36_500),
    'a number of days from 1 to 36500',
  ),
  logLevel: setting(
    'RAMP_LOG_LEVEL',
    'info',
    (text) => LOG_LEVELS.find((level) => level === text),
    LOG_LEVELS.join(', '),
  ),
}

/** Reads the configuration from environment variables; an empty one counts as not set. Throws {@link ConfigError}. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = <T>({ variable, fallback, parse, mustBe }: Setting<T>): T => {
    const text = environment[variable]
    if (text === undefined || text === '') return fallback
    const value = parse(text)
    if (value === undefined) throw new ConfigError(`${variable} must be ${mustBe}.`)
    return value
  }
  const config: Config = {
    databaseUrl: read(SETTINGS.databaseUrl),
    host: read(SETTINGS.host),
    port: read(SETTINGS.port),
    publicUrl: read(SETTINGS.publicUrl),
    tokenPrefix: read(SETTINGS.tokenPrefix),
    rolesFile: read(SETTINGS.rolesFile),
    trustProxy: read(SETTINGS.trustProxy),
    passwordMinLength: read(SETTINGS.passwordMinLength),
    adminUsername: read(SETTINGS.adminUsername),
    adminPassword: read(SETTINGS.adminPassword),
    auditRetentionDays: read(SETTINGS.auditRetentionDays),
    logLevel: read(SETTINGS.logLevel),
  }
  if ((config.adminUsername === null) !== (config.adminPassword === null)) {
    throw new ConfigError('RAMP_ADMIN_USERNAME and RAMP_ADMIN_PASSWORD must be set together.')
  }
  return config
}

function parseInteger(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : undefined
}

function parseDatabaseUrl(text: string): string | undefined {
  if (/^sqlite:.+/.test(text) && !text.includes(':memory:')) return text
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined
}

function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash)
    return undefined
  return url.username === '' ? url.origin : undefined
}

function parseTrustProxy(text: string): Config['trustProxy'] | undefined {
  if (text === 'false') return false
  const hops = parseInteger(text, 1, 32)
  if (hops !== undefined) return hops
  const ranges = text.split(',').map((part) => part.trim())
  return ranges.every((range) => parseRange(range) !== undefined) ? ranges : undefined
}

function parseUsername(text: string): string | undefined {
  return new RegExp(USERNAME_PATTERN, 'u').test(text) ? text : undefined
}
