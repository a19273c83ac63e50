import { network } from '../core/address.ts'
import { type Clock, MINUTE_MS, toInstant } from '../core/clock.ts'
import type { Database } from '../storage/database.ts'
import { type AuditRecord, type Context, recordAudit, type SystemContext } from './audit.ts'

/** What refusals of one kind have in common. */
export type RefusalKind = Omit<AuditRecord, 'outcome'>

interface RefusalOptions {
  /** About this one alone, and so not repeated with a count. */
  readonly ownDetail?: AuditRecord['detail']
  /** Tells kinds apart and is not recorded. */
  readonly apart?: string
}

/** Of how many kinds repetitions are counted apart. Those of further kinds are counted together, by their action. */
const MOST_KINDS = 1000

/** Refusals of one kind by one actor, since the last time that they were written. */
interface Repeated {
  readonly record: RefusalKind
  /** Of the last one; the system's for those that are counted together. */
  context: Context | SystemContext
  count: number
  firstAt: number
  lastAt: number
}

/**
 * Records refusals, which strangers can cause at will, so that they cannot fill the audit log. The first one of a kind
 * by one actor is recorded at once. Those that follow are counted in memory, and once a minute, and at shutdown, one event says how many
 * there were, and from when to when. A process that is killed loses the counts of its last minute.
 */
export class RefusalRecorder {
  readonly #database: Database
  readonly #clock: Clock
  readonly #onFailure: (error: unknown) => void
  readonly #mostKinds: number
  readonly #timer: NodeJS.Timeout
  readonly #kinds = new Map<string, Repeated>()

  constructor(database: Database, clock: Clock, onFailure: (error: unknown) => void, mostKinds = MOST_KINDS) {
    this.#mostKinds = mostKinds
    this.#database = database
    this.#clock = clock
    this.#onFailure = onFailure
    this.#timer = setInterval(() => void this.writeCounts(), MINUTE_MS)
    this.#timer.unref()
  }

  /** Rejects if the first of a kind cannot be written; then it is counted. */
  async record(
    context: Context,
    record: RefusalKind,
    { ownDetail = {}, apart = '' }: RefusalOptions = {},
  ): Promise<void> {
    const key = JSON.stringify([actorOf(context), record, apart])
    const known = this.#kinds.get(key)
    if (known !== undefined) {
      count(known, context)
      return
    }
    if (this.#kinds.size >= this.#mostKinds) {
      this.#countAmongOthers(context, record)
      return
    }
    const first: Repeated = { record, context, count: 0, firstAt: context.now, lastAt: context.now }
    this.#kinds.set(key, first)
    try {
      const detail = { ...record.detail, ...ownDetail }
      await this.#database.note('refusal', (trx) =>
        recordAudit(trx, context, { ...record, detail, outcome: 'refused' }),
      )
    } catch (error) {
      count(first, context)
      throw error
    }
  }

  /** Writes what was counted. Never rejects: what could not be written is kept for the next time. */
  async writeCounts(): Promise<void> {
    const written = [...this.#kinds].filter(([, { count }]) => count > 0).map(([key, kind]) => ({ key, ...kind }))
    try {
      if (written.length > 0) {
        await this.#database.note('refusal', async (trx) => {
          for (const kind of written) await recordAudit(trx, { ...kind.context, now: this.#clock() }, toEvent(kind))
        })
      }
      this.#forget(written)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.writeCounts()
  }

  #countAmongOthers(context: Context, { action }: RefusalKind): void {
    const key = `others ${action}`
    const { now } = context
    const others = this.#kinds.get(key) ?? {
      record: { action },
      context: { actor: 'system', now },
      count: 0,
      firstAt: now,
      lastAt: now,
    }
    this.#kinds.set(key, others)
    count(others, { actor: 'system', now })
  }

  /** Takes off what was written. A kind that has not occurred for a minute is new when it occurs again. */
  #forget(written: readonly { readonly key: string; readonly count: number }[]): void {
    const counts = new Map(written.map(({ key, count }) => [key, count]))
    const now = this.#clock()
    for (const [key, kind] of this.#kinds) {
      kind.count -= counts.get(key) ?? 0
      if (kind.count === 0 && kind.lastAt <= now - MINUTE_MS) this.#kinds.delete(key)
    }
  }
}

function count(kind: Repeated, context: Context | SystemContext): void {
  if (kind.count === 0) kind.firstAt = context.now
  kind.count++
  kind.lastAt = context.now
  kind.context = context
}

/** Who is refused: a credential, or strangers of one network. */
function actorOf({ actor, address }: Context): string {
  if (actor.kind === 'anonymous') return network(address)
  return actor.kind === 'session' ? actor.sessionId : actor.tokenId
}

function toEvent({ record, count, firstAt, lastAt }: Repeated): AuditRecord {
  const times = { count, firstAt: toInstant(firstAt), lastAt: toInstant(lastAt) }
  return { ...record, outcome: 'refused', detail: { ...record.detail, ...times } }
}
