import { sql } from 'kysely'
import { DAY_MS } from '../packages/server/src/core/clock.ts'
import { listInventory } from '../packages/server/src/inventory/inventory-query.ts'
import type { Database, Engine } from '../packages/server/src/storage/database.ts'
import { TOKEN_SORTS, type TokenCriteria } from '../packages/server/src/tokens/token-query.ts'

const MEMBERS = 100_000
const TOKENS = 1_000_000

/** Rows a statement: each stays within the limits of a connection. */
const SLICE = 50_000

/** Whole numbers `from` to `to - 1` as column `n`. */
const series = (engine: Engine, from: number, to: number) =>
  engine === 'sqlite'
    ? `(WITH RECURSIVE s (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM s WHERE n < ${to - 1}) SELECT n FROM s)`
    : `(SELECT n::bigint FROM generate_series(${from}, ${to - 1}) AS g (n)) AS s`

/**
 * An organisation with a past: members and a few service accounts, tokens of three years with names of three words,
 * a third revoked, a fifth expired, a sixth never used. Made by the database itself: through the API it would take hours.
 */
export async function seedLists(database: Database, now: number): Promise<void> {
  const { engine } = database
  const text = (n: string, width: number) =>
    engine === 'sqlite' ? `printf('%0${width}d', ${n})` : `lpad((${n})::text, ${width}, '0')`
  const digest = engine === 'sqlite' ? 'randomblob(32)' : 'sha256(n::text::bytea)'
  const word = (list: readonly string[], n: string) =>
    `CASE ${n} % ${list.length} ${list.map((each, at) => `WHEN ${at} THEN '${each}'`).join(' ')} END`
  const name = `${word(VERBS, 'n')} || ' ' || ${word(NOUNS, '(n / 7)')} || ' ' || ${text('n', 7)}`
  const account = `'00000000-0000-4000-8000-' || ${text(`n % ${MEMBERS}`, 12)}`
  const createdAt = `${now - 3 * 365 * DAY_MS} + n * ${Math.floor(((3 * 365 - 1) * DAY_MS) / TOKENS)}`
  const revokedAt = `CASE WHEN n % 3 = 0 THEN ${now} - n % 1000 END`
  const insert = async (count: number, statement: (numbers: string) => string) => {
    for (let from = 0; from < count; from += SLICE) {
      const text = statement(series(engine, from, Math.min(count, from + SLICE)))
      await database.write((trx) => sql.raw(text).execute(trx))
    }
  }
  await insert(
    MEMBERS,
    (numbers) => `INSERT INTO account (id, kind, username, username_key, display_name, display_name_key, created_at)
      SELECT '00000000-0000-4000-8000-' || ${text('n', 12)}, CASE WHEN n % 100 = 0 THEN 'service' ELSE 'member' END,
        'user' || n, 'user' || n, 'Given Family ' || n, 'given family ' || n, ${now} FROM ${numbers}`,
  )
  await insert(
    MEMBERS,
    (numbers) => `INSERT INTO member (account_id, email, email_key, first_name, last_name, password_hash)
      SELECT '00000000-0000-4000-8000-' || ${text('n', 12)}, 'user' || n || '@example.test', 'user' || n || '@example.test',
        'Given', 'Family', '$argon2id$none' FROM ${numbers} WHERE n % 100 <> 0`,
  )
  await insert(
    TOKENS,
    (
      numbers,
    ) => `INSERT INTO token (id, account_id, kind, name, name_key, digest, created_at, expires_at, revoked_at, name_released_at)
      SELECT ${text('n', 12)}, ${account}, CASE WHEN n % 100 = 0 THEN 'service' ELSE 'pat' END, ${name}, ${name}, ${digest},
        ${createdAt}, CASE WHEN n % 5 = 0 THEN ${createdAt} + ${90 * DAY_MS} END, ${revokedAt}, ${revokedAt} FROM ${numbers}`,
  )
  await insert(
    TOKENS,
    (numbers) => `INSERT INTO token_usage (token_id, last_used_at, last_used_address, last_used_client)
      SELECT ${text('n', 12)}, ${createdAt} + n % 86400000, '10.' || n % 200 || '.' || n % 7 || '.1', 'client/1.0'
      FROM ${numbers} WHERE n % 6 <> 0`,
  )
  await database.write((trx) => sql.raw('ANALYZE').execute(trx))
}

const VERBS = ['nightly', 'deploy', 'import', 'report', 'watch', 'sync', 'build', 'probe', 'export', 'mirror', 'clean']
const NOUNS = ['backup', 'staging', 'ledger', 'metrics', 'gateway', 'archive', 'printer', 'warehouse', 'calendar']

/** Every filter alone, and some together, with what they name: few, many, none, or the far end of an order. */
function filters(now: number): readonly Omit<TokenCriteria, 'now'>[] {
  const ago = (days: number) => now - days * DAY_MS
  const single = [
    {},
    { accountId: '00000000-0000-4000-8000-000000000042' },
    { kind: 'pat' },
    { kind: 'service' },
    { createdBefore: ago(1094) },
    { createdBefore: ago(300) },
    { createdAfter: ago(2) },
    { createdAfter: ago(600), createdBefore: ago(599) },
    { expiresBefore: ago(1000) },
    { expiresBefore: ago(100) },
    { expiresAfter: now },
    { lastUsedBefore: ago(1090) },
    { lastUsedBefore: ago(30) },
    { isNeverUsed: true },
    { unusedSince: ago(30) },
    { unusedSince: ago(1093) },
    { address: '10.7.3.1' },
    { address: '192.0.2.1' },
    { q: '000000000042' },
    { q: 'user4242' },
    { q: 'backup' },
    { q: 'ackup 0001' },
    { q: 'e' },
    { q: 'zq' },
    { q: 'nothing like it' },
    { kind: 'service', isNeverUsed: true, q: 'deploy' },
    { kind: 'service', expiresBefore: ago(500), createdBefore: ago(500) },
  ] as const
  return [
    ...single.map((filter) => ({ status: 'active' as const, ...filter })),
    ...single.map((filter) => ({ status: 'all' as const, ...filter })),
    { status: 'expired' },
    { status: 'revoked' },
  ]
}

/** The slowest answer of all filters in all orders, each warm: the best of three. Milliseconds. */
export async function slowestList(database: Database, now: number, log = (_line: string) => {}): Promise<number> {
  let slowest = 0
  for (const criteria of filters(now)) {
    for (const sort of TOKEN_SORTS) {
      for (const direction of ['asc', 'desc'] as const) {
        const times: number[] = []
        for (let round = 0; round < 3; round++) {
          const started = performance.now()
          await listInventory(database, { ...criteria, sort, direction, after: undefined, limit: 50, now })
          times.push(performance.now() - started)
        }
        const time = Math.min(...times)
        log(`${time.toFixed(1)} ${sort} ${direction} ${JSON.stringify(criteria)}`)
        slowest = Math.max(slowest, time)
      }
    }
  }
  return slowest
}
