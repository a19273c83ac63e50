import { sql } from 'kysely'
import { buildApp } from '../packages/server/src/app.ts'
import { createAdministrator } from '../packages/server/src/commands/first-administrator.ts'
import { readConfig } from '../packages/server/src/config.ts'
import { DAY_MS } from '../packages/server/src/core/clock.ts'
import { Secret } from '../packages/server/src/core/secret.ts'
import type { Database } from '../packages/server/src/storage/database.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { auditFilters, seedAuditEvents } from './audit-events.ts'
import { insertSeries, oneOf, padded } from './series.ts'

const MEMBERS = 100_000
const TOKENS = 1_000_000

/**
 * An organisation with a past: members and a few service accounts, tokens of three years with names of three words,
 * a third revoked, a fifth expired, a sixth never used. Made by the database itself: through the API it would take hours.
 */
async function seedLists(database: Database, now: number): Promise<void> {
  const { engine } = database
  const text = (n: string, width: number) => padded(engine, n, width)
  const digest = engine === 'sqlite' ? 'randomblob(32)' : 'sha256(n::text::bytea)'
  const name = `${oneOf(VERBS, 'n')} || ' ' || ${oneOf(NOUNS, '(n / 7)')} || ' ' || ${text('n', 7)}`
  const account = `'00000000-0000-4000-8000-' || ${text(`n % ${MEMBERS}`, 12)}`
  const createdAt = `${now - 3 * 365 * DAY_MS} + n * ${Math.floor(((3 * 365 - 1) * DAY_MS) / TOKENS)}`
  const revokedAt = `CASE WHEN n % 3 = 0 THEN ${now} - n % 1000 END`
  await insertSeries(
    database,
    MEMBERS,
    (numbers) => `INSERT INTO account (id, kind, username, username_key, display_name, display_name_key, created_at)
      SELECT '00000000-0000-4000-8000-' || ${text('n', 12)}, CASE WHEN n % 100 = 0 THEN 'service' ELSE 'member' END,
        'user' || n, 'user' || n, 'Given Family ' || n, 'given family ' || n, ${now} FROM ${numbers}`,
  )
  await insertSeries(
    database,
    MEMBERS,
    (numbers) => `INSERT INTO member (account_id, email, email_key, first_name, last_name, password_hash)
      SELECT '00000000-0000-4000-8000-' || ${text('n', 12)}, 'user' || n || '@example.test', 'user' || n || '@example.test',
        'Given', 'Family', '$argon2id$none' FROM ${numbers} WHERE n % 100 <> 0`,
  )
  await insertSeries(
    database,
    TOKENS,
    (
      numbers,
    ) => `INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at, expires_at, revoked_at, name_released_at)
      SELECT ${text('n', 12)}, ${account}, CASE WHEN n % 100 = 0 THEN 'service' ELSE 'pat' END, ${name}, ${name}, ${digest},
        ${createdAt}, CASE WHEN n % 5 = 0 THEN ${createdAt} + ${90 * DAY_MS} END, ${revokedAt}, ${revokedAt} FROM ${numbers}`,
  )
  await insertSeries(
    database,
    TOKENS,
    (numbers) => `INSERT INTO token_usage (token_id, last_used_at, last_used_address, last_used_client)
      SELECT ${text('n', 12)}, ${createdAt} + n % 86400000, '10.' || n % 200 || '.' || n % 7 || '.1', 'client/1.0'
      FROM ${numbers} WHERE n % 6 <> 0`,
  )
}

const VERBS = ['nightly', 'deploy', 'import', 'report', 'watch', 'sync', 'build', 'probe', 'export', 'mirror', 'clean']
const NOUNS = ['backup', 'staging', 'ledger', 'metrics', 'gateway', 'archive', 'printer', 'warehouse', 'calendar']

const ago = (now: number, days: number) => encodeURIComponent(new Date(now - days * DAY_MS).toISOString())

/** Every filter alone, and some together, with what they name: few, many, none, or the far end of an order. */
function tokenFilters(now: number): readonly string[] {
  const filters = [
    '',
    'accountId=00000000-0000-4000-8000-000000000042',
    'kind=pat',
    'kind=service',
    `createdBefore=${ago(now, 1094)}`,
    `createdBefore=${ago(now, 300)}`,
    `createdAfter=${ago(now, 2)}`,
    `createdAfter=${ago(now, 600)}&createdBefore=${ago(now, 599)}`,
    `expiresBefore=${ago(now, 1000)}`,
    `expiresBefore=${ago(now, 100)}`,
    `expiresAfter=${ago(now, 0)}`,
    `lastUsedBefore=${ago(now, 1090)}`,
    `lastUsedBefore=${ago(now, 30)}`,
    'neverUsed=true',
    'unusedDays=30',
    'unusedDays=1093',
    'address=10.7.3.1',
    'address=192.0.2.1',
    'q=000000000042',
    'q=user4242',
    'q=backup',
    'q=ackup 0001',
    'q=e',
    'q=zq',
    'q=nothing like it',
    'kind=service&neverUsed=true&q=deploy',
    `kind=service&expiresBefore=${ago(now, 500)}&createdBefore=${ago(now, 500)}`,
  ]
  return [
    ...filters.flatMap((filter) => [`${filter}&status=active`, `${filter}&status=all`]),
    'status=expired',
    'status=revoked',
  ]
}

const TOKEN_ORDERS = ['createdAt', 'name', 'expiresAt', 'lastUsedAt'].flatMap((sort) => [sort, `-${sort}`])

const MEMBER_LISTS = ['', 'q=user4242', 'q=given family 77', 'q=nobody like it', 'status=active', 'status=deactivated']

/** The slowest warm answer of each list in milliseconds: of each address the best of three. */
export async function measureLists(
  url: string,
  log = (_line: string) => {},
): Promise<Record<'tokens' | 'members' | 'audit events', number>> {
  const database = openDatabase(url)
  await database.migrate()
  const now = Date.now()
  await seedLists(database, now)
  await seedAuditEvents(database, now)
  await database.write('maintenance', (trx) => sql.raw('ANALYZE').execute(trx))
  const password = new Secret('only for this measurement')
  await createAdministrator(database, { username: 'bench', password, mustChangePassword: false }, now)
  const config = readConfig({ RAMP_DATABASE_URL: url, RAMP_LOG_LEVEL: 'silent' })
  const app = await buildApp({ config, database })
  const credentials = { username: 'bench', password: password.expose() }
  const { cookies } = await app.inject({ method: 'POST', url: '/api/v1/session', payload: credentials })
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

  async function slowest(addresses: readonly string[]): Promise<number> {
    let slowest = 0
    for (const address of addresses) {
      const times: number[] = []
      for (let round = 0; round < 3; round++) {
        const started = performance.now()
        const { statusCode } = await app.inject({ url: address, headers: { cookie } })
        if (statusCode !== 200) throw new Error(`${address} answered ${statusCode}`)
        times.push(performance.now() - started)
      }
      const time = Math.min(...times)
      log(`${time.toFixed(1)} ${address}`)
      slowest = Math.max(slowest, time)
    }
    return slowest
  }

  const tokens = await slowest(
    tokenFilters(now).flatMap((filter) => TOKEN_ORDERS.map((sort) => `/api/v1/admin/tokens?${filter}&sort=${sort}`)),
  )
  const members = await slowest(MEMBER_LISTS.map((filter) => `/api/v1/members?${filter}`))
  const events = await slowest(auditFilters(now).map((filter) => `/api/v1/audit-events?${filter.slice(1)}`))
  await app.close()
  await database.close()
  return { tokens, members, 'audit events': events }
}
