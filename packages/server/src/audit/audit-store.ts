import { type SqlBool, sql } from 'kysely'
import type { Reader } from '../storage/database.ts'
import type { AuditEventTable } from '../storage/tables.ts'
import type { AuditEvent, AuditFilter } from './audit-event.ts'

/** Where a page of events ends: events are in the order of their instants, and of their ids within one. */
export type EventPosition = readonly [at: number, id: number]

interface Slice {
  readonly order: 'asc' | 'desc'
  /** The last event before the slice, in its order. */
  readonly after?: EventPosition | undefined
  readonly limit: number
}

/** The first `limit` events that the filter names, in this order, after `after`. */
export async function findEvents(db: Reader, filter: AuditFilter, slice: Slice): Promise<AuditEvent[]> {
  const [action, ...others] = filter.actions ?? [undefined]
  let query = eventsOf(db, filter, action, slice)
  if (others.length > 0) {
    // Each action by its own range of the index, merged: whatever the number of events, a page reads a few of each.
    let union = db.selectFrom(query.as('event')).selectAll()
    for (const other of others) {
      union = union.unionAll(db.selectFrom(eventsOf(db, filter, other, slice).as('event')).selectAll())
    }
    query = db
      .selectFrom(union.as('audit_event'))
      .selectAll()
      .orderBy('at', slice.order)
      .orderBy('id', slice.order)
      .limit(slice.limit)
  }
  return (await query.execute()).map(toEvent)
}

function eventsOf(db: Reader, filter: AuditFilter, action: string | undefined, { order, after, limit }: Slice) {
  const { actorId, targetType, targetId, outcome, from, to, throughId } = filter
  let query = db.selectFrom('audit_event').selectAll().orderBy('at', order).orderBy('id', order).limit(limit)
  if (actorId !== undefined) query = query.where('actor_account_id', '=', actorId)
  if (targetType !== undefined) query = query.where('target_type', '=', targetType)
  if (targetId !== undefined) query = query.where('target_id', '=', targetId)
  if (action !== undefined) query = query.where('action', '=', action)
  // Written out, as in the partial index of refusals: SQLite does not look into parameters for that.
  if (outcome !== undefined) query = query.where(sql<SqlBool>`outcome = ${sql.lit(outcome)}`)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (throughId !== undefined) query = query.where('id', '<=', throughId)
  if (after !== undefined) {
    const beyond = sql.raw(order === 'asc' ? '>' : '<')
    query = query.where(sql<SqlBool>`(at, id) ${beyond} (${after[0]}, ${after[1]})`)
  }
  return query
}

function toEvent(row: AuditEventTable): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    actor:
      row.actor_account_id === null ? null : { accountId: row.actor_account_id, username: row.actor_username ?? '' },
    credential: { type: row.credential, id: row.credential_id },
    address: row.address,
    requestId: row.request_id,
    target: row.target_type === null ? null : { type: row.target_type, id: row.target_id ?? '' },
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    previousDigest: row.previous_digest,
    digest: row.digest,
  }
}

/** The account that has this username (a `comparisonKey`) now. */
export async function findAccountId(db: Reader, usernameKey: string): Promise<string | undefined> {
  const row = await db.selectFrom('account').select('id').where('username_key', '=', usernameKey).executeTakeFirst()
  return row?.id
}

/** Whatever is called by one of these ids, by its name now: an event keeps only the id of what it is about. */
export async function findTargetNames(
  db: Reader,
  targets: readonly { readonly type: string; readonly id: string }[],
): Promise<ReadonlyMap<string, { readonly name: string; readonly ownerId: string | null }>> {
  const idsOf = (...types: string[]) => [
    ...new Set(targets.filter(({ type }) => types.includes(type)).map(({ id }) => id)),
  ]
  const found = new Map<string, { name: string; ownerId: string | null }>()
  const accounts = idsOf('member', 'service_account')
  const groups = idsOf('group')
  const tokens = idsOf('token')
  if (accounts.length > 0) {
    const rows = await db.selectFrom('account').select(['id', 'username']).where('id', 'in', accounts).execute()
    for (const { id, username } of rows) found.set(id, { name: username, ownerId: null })
  }
  if (groups.length > 0) {
    const rows = await db.selectFrom('account_group').select(['id', 'name']).where('id', 'in', groups).execute()
    for (const { id, name } of rows) found.set(id, { name, ownerId: null })
  }
  if (tokens.length > 0) {
    const rows = await db.selectFrom('token').select(['id', 'name', 'account_id']).where('id', 'in', tokens).execute()
    for (const { id, name, account_id } of rows) found.set(id, { name, ownerId: account_id })
  }
  return found
}

/** The id of the last event there is. */
export async function lastEventId(db: Reader): Promise<number> {
  const { last_id } = await db.selectFrom('audit_chain').select('last_id').executeTakeFirstOrThrow()
  return last_id
}
