import { AUDIT_ACTIONS } from '../packages/server/src/audit/audit.ts'
import { DAY_MS } from '../packages/server/src/core/clock.ts'
import type { Database } from '../packages/server/src/storage/database.ts'
import { insertSeries, oneOf, padded } from './series.ts'

const EVENTS = 1_000_000
const YEARS_MS = 3 * 365 * DAY_MS

const account = (n: number | string) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Has done a third of everything. */
const BUSY = account(1)
/** Has done as much, but nothing since the first of the three years. */
const FORMER = account(2)
/** Has done next to nothing. */
const QUIET = account(4242)

/**
 * Three years of events: half of them sign-ins and made tokens, the others anything. What is done is done to one type of
 * target, so that many filters name very much alone and nothing together.
 */
export async function seedAuditEvents(database: Database, now: number): Promise<void> {
  const { engine } = database
  const action = `CASE WHEN n % 8 < 3 THEN 'session.created' WHEN n % 8 = 3 THEN 'token.created' ELSE ${oneOf(AUDIT_ACTIONS, '(n / 24)')} END`
  const somebody = `'${account('').slice(0, -12)}' || ${padded(engine, 'n % 100000', 12)}`
  const actor = `CASE WHEN n % 3 = 0 THEN '${BUSY}' WHEN n < ${EVENTS / 3} THEN '${FORMER}' ELSE ${somebody} END`
  const first = (text: string) =>
    engine === 'sqlite' ? `substr(${text}, 1, instr(${text}, '.') - 1)` : `split_part(${text}, '.', 1)`
  const digest = (n: string) => padded(engine, n, 64)
  await insertSeries(
    database,
    EVENTS,
    (numbers) => `INSERT INTO audit_event (id, at, action, outcome, actor_account_id, actor_username, credential,
        credential_id, address, request_id, target_type, target_id, detail, previous_digest, digest)
      SELECT n + 1000, ${now - YEARS_MS} + n * ${Math.floor(YEARS_MS / EVENTS)}, action,
        CASE WHEN action IN ('session.failed', 'session.throttled', 'password.failed', 'request.refused')
          THEN 'refused' ELSE 'done' END,
        ${actor}, 'user' || n % 100000, 'session', ${padded(engine, 'n', 12)}, '192.0.2.' || n % 256, ${padded(engine, 'n', 36)},
        CASE ${first('action')} WHEN 'password' THEN 'member' WHEN 'role' THEN 'member' WHEN 'request' THEN 'route'
          WHEN 'audit' THEN NULL ELSE ${first('action')} END,
        ${padded(engine, 'n % 250000', 12)}, '{"name":"one of many","ownerId":"' || ${somebody} || '"}', ${digest('n')}, ${digest('n + 1')}
      FROM (SELECT n, ${action} AS action FROM ${numbers}) AS event`,
  )
}

/** Each filter with each of the others. */
export function auditFilters(now: number): readonly string[] {
  const ago = (days: number) => encodeURIComponent(new Date(now - days * DAY_MS).toISOString())
  const filters = {
    actor: [BUSY, FORMER, QUIET],
    action: ['token.', 'group.', 'session.created', 'policy.changed'],
    targetType: ['token', 'member', 'route'],
    targetId: ['000000000042'],
    outcome: ['done', 'refused'],
    'from=': [`${ago(300)}&to=${ago(30)}`],
  }
  return Object.entries(filters).reduce<readonly string[]>(
    (queries, [name, values]) =>
      queries.flatMap((query) => [query, ...values.map((value) => `${query}&${name.replace('=', '')}=${value}`)]),
    [''],
  )
}
