import { withoutSecret } from '../tokens/token-search.ts'

/** What the address says of the list of events; what goes without saying is left out. */
export interface AuditSearch {
  /** An account's id, or a username. */
  readonly actor?: string
  readonly targetType?: string
  readonly targetId?: string
  /** One action, or what several begin with. */
  readonly action?: string
  readonly outcome?: 'done' | 'refused'
  /** Days such as 2026-11-24, on this clock's zone; both are included. */
  readonly from?: string
  readonly to?: string
}

/** A pasted token must not get into the address. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { actor, targetType, targetId, action, outcome, from, to } = search
  return {
    ...(isText(actor) && { actor: withoutSecret(actor) }),
    ...(isText(targetType) && /^[a-z_]{1,30}$/.test(targetType) && { targetType }),
    ...(isText(targetId) && { targetId: withoutSecret(targetId) }),
    ...(isText(action) && /^[a-z_]{1,30}\.[a-z_]{0,30}$/.test(action) && { action }),
    ...((outcome === 'done' || outcome === 'refused') && { outcome }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  }
}

/** As the API takes it: days become the instants between which they lie. */
export function toEventQuery({ from, to, ...rest }: AuditSearch) {
  return {
    ...rest,
    ...(from !== undefined && { from: startOf(from, 0) }),
    ...(to !== undefined && { to: startOf(to, 1) }),
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
}

/** Midnight at the start of that day, or of the one so many days later: a day has 23 or 25 hours at times. */
function startOf(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + daysLater).toISOString()
}
