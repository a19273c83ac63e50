import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { AuditFilter } from './audit-event.ts'

/**
 * The ways to the events that a filter names, in SQL: each by an index in the order of time. Which of them is taken, and
 * how far, is decided in `event-query.ts`.
 */

/** Where a page of events ends: events are in the order of their instants, and of their ids within one. */
export type EventPosition = readonly [at: number, id: number]

/** Events between two positions, neither of them included. */
export interface Range {
  readonly from: EventPosition
  readonly to: EventPosition
}

export type Order = 'asc' | 'desc'

type Column = 'target_id' | 'actor_account_id' | 'action' | 'target_type'

/** An index in the order of time: of the events with a value, of those that were refused, or of all. */
interface OrderedIndex {
  readonly value?: readonly [column: Column, value: string]
  readonly isOfRefused?: true
}

/** All that one filter names: by one index, or by several that are merged. */
export type Walk = readonly OrderedIndex[]

/** For each part of the filter that has an index its walk; through all events if there is none. */
export function walksOf(filter: AuditFilter): readonly Walk[] {
  const walks: Walk[] = valuesOf(filter).map(([column, values]) => values.map((value) => ({ value: [column, value] })))
  if (filter.outcome === 'refused') walks.push([{ isOfRefused: true }])
  return walks.length > 0 ? walks : [[{}]]
}

function valuesOf({ targetId, actorId, actions, targetType }: AuditFilter) {
  const given: readonly (readonly [Column, readonly (string | undefined)[] | undefined])[] = [
    ['target_id', [targetId]],
    ['actor_account_id', [actorId]],
    ['action', actions],
    ['target_type', [targetType]],
  ]
  return given.flatMap(([column, values = []]) => {
    const some = values.filter((value) => value !== undefined)
    return some.length > 0 ? [[column, some] as const] : []
  })
}

export interface Part {
  readonly walk: Walk
  readonly range: Range
  readonly order: Order
  readonly skipped: number
  readonly limit: number
}

/** So many events of a walk after the skipped ones. */
export function select<Row>(
  columns: RawBuilder<unknown>,
  { walk, range, order, skipped, limit }: Part,
  conditionsOf: (index: OrderedIndex) => readonly RawBuilder<SqlBool>[] = () => [],
): RawBuilder<Row> {
  const each = walk.map((index) => inOrder(columns, index, range, order, conditionsOf(index)))
  const [only] = each
  if (only !== undefined && each.length === 1) return sql`${only} LIMIT ${limit} OFFSET ${skipped}`
  const heads = each.map((events) => sql`SELECT * FROM (${events} LIMIT ${skipped + limit}) AS head`)
  const direction = sql.raw(order)
  return sql`SELECT * FROM (${sql.join(heads, sql` UNION ALL `)}) AS merged
    ORDER BY at ${direction}, id ${direction} LIMIT ${limit} OFFSET ${skipped}`
}

/** The value stands in the range and in the order, too: then there is no other index that gives this order. */
function inOrder(
  columns: RawBuilder<unknown>,
  { value, isOfRefused }: OrderedIndex,
  { from, to }: Range,
  order: Order,
  conditions: readonly RawBuilder<SqlBool>[],
): RawBuilder<unknown> {
  const direction = sql.raw(order)
  const key = value === undefined ? [] : [sql.ref(value[0])]
  const place = [...key, sql.ref('at'), sql.ref('id')]
  const position = ([at, id]: EventPosition) => sql.join(value === undefined ? [at, id] : [value[1], at, id])
  const where = [
    sql<SqlBool>`(${sql.join(place)}) > (${position(from)})`,
    sql<SqlBool>`(${sql.join(place)}) < (${position(to)})`,
    ...(isOfRefused ? [sql<SqlBool>`outcome = 'refused'`] : []),
    ...conditions,
  ]
  return sql`SELECT ${columns} FROM audit_event WHERE ${sql.join(where, sql` AND `)}
    ORDER BY ${sql.join(place.map((column) => sql`${column} ${direction}`))}`
}

/** What the filter says besides what an index does, as expressions, for which no other index is looked at. */
export function besides({ value, isOfRefused }: OrderedIndex, filter: AuditFilter): readonly RawBuilder<SqlBool>[] {
  const { outcome, throughId } = filter
  const conditions = valuesOf(filter)
    .filter(([column]) => column !== value?.[0])
    .map(([column, values]) => sql<SqlBool>`(${sql.ref(column)} || '') IN (${sql.join(values)})`)
  if (outcome !== undefined && !isOfRefused) conditions.push(sql<SqlBool>`(outcome || '') = ${outcome}`)
  if (throughId !== undefined) conditions.push(sql<SqlBool>`(id + 0) <= ${throughId}`)
  return conditions
}
