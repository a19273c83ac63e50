import { isTokenPrefix } from '@ramp/verifier'
import { parseRange } from './core/address.ts'
import { Secret } from './core/secret.ts'
import { USERNAME_PATTERN } from './core/text.ts'
import { readSettingFile } from './settings-files.ts'
import { unknownVariable } from './settings-names.ts'

/** Where the server listens, what it stores in, and what it trusts. Read once at start. */
export interface Config {
  readonly databaseUrl: string
  readonly host: string
  readonly port: number
  /** Where health, metrics and the reference pages are, if not beside the API; on the same host. */
  readonly operationsPort: number | null
  /** The origin that browsers see, such as `https://ramp.example`; null: the request's own Host counts. */
  readonly publicUrl: string | null
  readonly tokenPrefix: string
  /** A role catalogue of the operator's own, or null. */
  readonly rolesFile: string | null
  /** False, or the peers (addresses and ranges) whose X-Forwarded-* headers are believed, or how many hops. */
  readonly trustProxy: false | number | readonly string[]
  /** Requests a minute without a valid credential from one address; null: any number, here and below. */
  readonly addressLimit: number | null
  /** Requests a minute by one account … */
  readonly accountLimit: number | null
  /** … and by one token. */
  readonly tokenLimit: number | null
  /** Connections at a time from one address, other than a trusted proxy's. */
  readonly connectionLimit: number | null
  /** How long a password has to be that somebody chooses, or that an administrator gives. */
  readonly passwordMinLength: number
  readonly adminUsername: string | null
  readonly adminPassword: Secret | null
  /** Whom to tell of a vulnerability of this installation: an address for `security.txt`, or null. */
  readonly securityContact: string | null
  /** After so many days audit events are removed; null: never. */
  readonly auditRetentionDays: number | null
  /** After SIGTERM, `/readyz` answers 503 for this long before the server takes no more requests. */
  readonly shutdownDelaySeconds: number
  /** How much memory the tokens and accounts that verification keeps may take; null: a share of the machine's. */
  readonly cacheMiB: number | null
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
  /** Whether the value can also come from the file that `<variable>_FILE` names. */
  readonly isSecret: boolean
}

function setting<T>(variable: string, fallback: T, parse: (text: string) => T | undefined, mustBe: string): Setting<T> {
  return { variable, fallback, parse, mustBe, isSecret: false }
}

function secretSetting<T>(...parameters: Parameters<typeof setting<T>>): Setting<T> {
  return { ...setting(...parameters), isSecret: true }
}

/** Every variable there is; `docs/configuration.md` shows the same table. */
export const SETTINGS: { readonly [Name in keyof Config]: Setting<Config[Name]> } = {
  databaseUrl: secretSetting(
    'RAMP_DATABASE_URL',
    'sqlite:./data/ramp.db',
    parseDatabaseUrl,
    '"sqlite:<path>" or "postgres://…"',
  ),
  host: setting('RAMP_HOST', '127.0.0.1', (text) => text, 'a host name or an address'),
  port: setting('RAMP_PORT', 7267, (text) => parseInteger(text, 0, 65535), 'a port from 0 (any free one) to 65535'),
  operationsPort: setting(
    'RAMP_OPERATIONS_PORT',
    null,
    (text) => parseInteger(text, 0, 65535),
    'a port from 0 (any free one) to 65535',
  ),
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
  addressLimit: setting('RAMP_LIMIT_ADDRESS', 6000, parseLimit, 'a number from 1 to 999999999, or "none"'),
  accountLimit: setting('RAMP_LIMIT_ACCOUNT', 12_000, parseLimit, 'a number from 1 to 999999999, or "none"'),
  tokenLimit: setting('RAMP_LIMIT_TOKEN', 6000, parseLimit, 'a number from 1 to 999999999, or "none"'),
  connectionLimit: setting('RAMP_LIMIT_CONNECTIONS', 512, parseLimit, 'a number from 1 to 999999999, or "none"'),
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
  adminPassword: secretSetting<Secret | null>(
    'RAMP_ADMIN_PASSWORD',
    null,
    (text) => (text.length >= 8 && text.length <= 256 ? new Secret(text) : undefined),
    'a password of 8 to 256 characters',
  ),
  securityContact: setting(
    'RAMP_SECURITY_CONTACT',
    null,
    parseContact,
    'an address that begins with "mailto:", "https:" or "tel:"',
  ),
  auditRetentionDays: setting(
    'RAMP_AUDIT_RETENTION_DAYS',
    null,
    (text) => parseInteger(text, 1, 36_500),
    'a number of days from 1 to 36500',
  ),
  shutdownDelaySeconds: setting(
    'RAMP_SHUTDOWN_DELAY_SECONDS',
    5,
    (text) => parseInteger(text, 0, 300),
    'a number of seconds from 0 to 300',
  ),
  cacheMiB: setting(
    'RAMP_CACHE_MIB',
    null,
    (text) => parseInteger(text, 1, 1_000_000),
    'a number of MiB from 1 to 1000000',
  ),
  logLevel: setting(
    'RAMP_LOG_LEVEL',
    'info',
    (text) => LOG_LEVELS.find((level) => level === text),
    LOG_LEVELS.join(', '),
  ),
}

type Environment = Readonly<Record<string, string | undefined>>

/** The name of every variable that the server reads. */
export const VARIABLES: readonly string[] = Object.values(SETTINGS).flatMap(({ variable, isSecret }) =>
  isSecret ? [variable, fileVariable(variable)] : [variable],
)

/**
 * Reads the configuration from environment variables; an empty one counts as not set. Throws {@link ConfigError} for a
 * value that cannot be used, and for a variable that nothing of RAMP reads: it is a setting with a typing error.
 */
export function readConfig(environment: Environment): Config {
  const unknown = unknownVariable(environment, VARIABLES)
  if (unknown) throw new ConfigError(`${unknown.name} is not a setting; the nearest is ${unknown.nearest}.`)
  const read = <T>(each: Setting<T>): T => readSetting(environment, each)
  const config: Config = {
    databaseUrl: read(SETTINGS.databaseUrl),
    host: read(SETTINGS.host),
    port: read(SETTINGS.port),
    operationsPort: read(SETTINGS.operationsPort),
    publicUrl: read(SETTINGS.publicUrl),
    tokenPrefix: read(SETTINGS.tokenPrefix),
    rolesFile: read(SETTINGS.rolesFile),
    trustProxy: read(SETTINGS.trustProxy),
    addressLimit: read(SETTINGS.addressLimit),
    accountLimit: read(SETTINGS.accountLimit),
    tokenLimit: read(SETTINGS.tokenLimit),
    connectionLimit: read(SETTINGS.connectionLimit),
    passwordMinLength: read(SETTINGS.passwordMinLength),
    adminUsername: read(SETTINGS.adminUsername),
    adminPassword: read(SETTINGS.adminPassword),
    securityContact: read(SETTINGS.securityContact),
    auditRetentionDays: read(SETTINGS.auditRetentionDays),
    shutdownDelaySeconds: read(SETTINGS.shutdownDelaySeconds),
    cacheMiB: read(SETTINGS.cacheMiB),
    logLevel: read(SETTINGS.logLevel),
  }
  if ((config.adminUsername === null) !== (config.adminPassword === null)) {
    throw new ConfigError('RAMP_ADMIN_USERNAME and RAMP_ADMIN_PASSWORD must be set together.')
  }
  return config
}

function readSetting<T>(environment: Environment, { variable, fallback, parse, mustBe, isSecret }: Setting<T>): T {
  const source = isSecret && environment[fileVariable(variable)] ? fileVariable(variable) : variable
  const text = source === variable ? environment[variable] : textOfFile(environment, variable)
  if (text === undefined || text === '') return fallback
  const value = parse(text)
  if (value === undefined) throw new ConfigError(`${source} must ${source === variable ? 'be' : 'hold'} ${mustBe}.`)
  return value
}

function textOfFile(environment: Environment, variable: string): string {
  const name = fileVariable(variable)
  if (environment[variable]) throw new ConfigError(`${variable} and ${name} are both set: set one of them.`)
  const content = readSettingFile(environment[name] ?? '')
  if ('fault' in content) throw new ConfigError(`${name} names ${content.fault}.`)
  return content.text
}

function fileVariable(variable: string): string {
  return `${variable}_FILE`
}

function parseInteger(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : undefined
}

function parseLimit(text: string): number | null | undefined {
  return text === 'none' ? null : parseInteger(text, 1, 999_999_999)
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

/** RFC 9116 §2.5.3: a URI, on the web only https. */
function parseContact(text: string): string | undefined {
  return /^(mailto:|tel:|https:\/\/)[^\s]+$/.test(text) && URL.canParse(text) ? text : undefined
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
