import { DAY_MS } from '../core/clock.ts'
import { withoutSecrets } from '../core/text.ts'
import type { Database } from '../storage/database.ts'
import { storeUsage } from './store-usage.ts'
import type { Presenter } from './token-verifier.ts'
import { KEPT_CLIENTS, readLastUses, type Usage, type UsageRow } from './write-usage.ts'

/** How late what is stored may be. Reading through this process sees everything at once, stored or not. */
const FLUSH_INTERVAL_MS = 5000

/** Rows a transaction, some 20 ms: others who write must not wait long for their turn. */
const FLUSH_ROWS = 500

/** So many tokens are written in some milliseconds, less than it takes to start a thread. */
const FEW_TOKENS = 100

/**
 * So many different tokens in one interval are written before it ends, and in this thread, since whoever notes more than
 * can be written has to wait: what is noted must not fill the memory.
 */
const EARLY_FLUSH_TOKENS = 10_000

/** Enough to tell `curl/8.5.0` from `PostmanRuntime/7.43.0`; a longer one is cut. */
const CLIENT_LENGTH = 200

/** What is noted of one token on one day and not stored yet. */
interface Noted {
  calls: number
  refusals: number
  /** The last accepted call; 0 and undefined if there was none. */
  at: number
  presenter: Presenter | undefined
  /** Who else used it meanwhile: most tokens are used from one place. */
  others: Presenter[] | undefined
}

type Day = Map<string, Noted>

interface Flush {
  /** Whether somebody waits until it is written, or must. */
  readonly isAwaited: boolean
}

/**
 * Has the other processes of this server write down what they have noted of these tokens, or of all; resolves when they
 * have. Never rejects.
 */
export type WriteElsewhere = (tokenIds: readonly string[] | null) => Promise<unknown>

/** Calls and refusals on one day, which is counted in days since 1970-01-01, UTC. */
export interface DayCount {
  readonly day: number
  readonly calls: number
  readonly refusals: number
}

/**
 * Notes in memory that a token was used, or refused to whoever held its real secret, and writes it down now and then.
 * Using a token never waits for this: no write, no lock and no promise on the request's path, only an increment.
 */
export class UsageRecorder {
  readonly #database: Database
  readonly #onFailure: (error: unknown) => void
  readonly #writeElsewhere: WriteElsewhere | undefined
  readonly #timer: NodeJS.Timeout
  /** By day: nearly always one, today. */
  #days = new Map<number, Day>()
  /** That of `#days` which is written to, and when it ends. */
  #today: Day = new Map()
  #todayEndsAt = 0
  /** What a flush under way has still to write: still shown to readers. */
  #flushing: ReadonlyMap<number, Day> = new Map()
  /** Flushes and those reads that must not see one half-way, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  /** `writeElsewhere` if this process is one of several that serve together. */
  constructor(database: Database, onFailure: (error: unknown) => void, writeElsewhere?: WriteElsewhere) {
    this.#database = database
    this.#onFailure = onFailure
    this.#writeElsewhere = writeElsewhere
    this.#timer = setInterval(() => void this.#flush(null, { isAwaited: false }), FLUSH_INTERVAL_MS)
    this.#timer.unref()
  }

  note(tokenId: string, presenter: Presenter, at: number): void {
    const noted = this.#notedOn(tokenId, at)
    noted.calls++
    noted.at = at
    const before = noted.presenter
    // The same one is kept: old objects that point to ever new ones are what the garbage collector has to look after.
    if (before !== undefined && isSame(before, presenter)) return
    noted.presenter = presenter
    if (before !== undefined) noteOther(noted, before)
  }

  /** What a verifier elsewhere has counted: its last call was now, or a moment ago. */
  noteSeveral(
    tokenId: string,
    presenter: Presenter,
    { calls, refusals }: { readonly calls: number; readonly refusals: number },
    at: number,
  ): void {
    if (calls > 0) {
      this.note(tokenId, presenter, at)
      this.#notedOn(tokenId, at).calls += calls - 1
    }
    if (refusals > 0) this.#notedOn(tokenId, at).refusals += refusals
  }

  /** Only for whoever showed the real secret: guesses must not fill the table. */
  noteRefusal(tokenId: string, at: number): void {
    this.#notedOn(tokenId, at).refusals++
  }

  /**
   * The last uses that what was read of these tokens may not show: those noted here, and those that other processes of
   * this server had noted and have written only now.
   */
  async latest(tokenIds: readonly string[]): Promise<(tokenId: string) => Usage | undefined> {
    const noted = await this.noted(tokenIds)
    if (this.#writeElsewhere === undefined) return noted
    const written = await readLastUses(this.#database.read, tokenIds)
    return (tokenId) => later(written.get(tokenId), noted(tokenId))
  }

  /** The last uses that what is read of these tokens from now on may not show, since they are noted here only. */
  async noted(tokenIds: readonly string[]): Promise<(tokenId: string) => Usage | undefined> {
    if (tokenIds.length > 0) await this.#writeElsewhere?.(tokenIds)
    const noted = new Map(tokenIds.map((id) => [id, this.#pending(id)]))
    return (tokenId) => noted.get(tokenId)
  }

  /** The last use that is known here and perhaps not stored yet. */
  #pending(tokenId: string): Usage | undefined {
    let last: Noted | undefined
    for (const day of this.#unwritten()) {
      const noted = day.get(tokenId)
      if (noted !== undefined && noted.at > (last?.at ?? 0)) last = noted
    }
    return last && { at: last.at, ...toPair(last.presenter) }
  }

  /**
   * Reads what is stored of these tokens while nothing is being written here, and right after it what is not: together
   * they are everything, each once. What other processes of this server have noted is stored before.
   */
  async readWhole<Stored>(
    tokenIds: readonly string[],
    read: () => Promise<Stored>,
  ): Promise<{ stored: Stored; pendingDays: PendingDays }> {
    await this.#writeElsewhere?.(tokenIds)
    const whole = this.#turn.then(async () => {
      const stored = await read()
      return { stored, pendingDays: this.#pendingDays() }
    })
    this.#turn = whole.catch(() => {})
    return whole
  }

  /**
   * Writes what was noted here, of all tokens or of these. Never rejects: what could not be written is kept for the next
   * time.
   */
  flush(tokenIds: readonly string[] | null = null): Promise<void> {
    return this.#flush(tokenIds, { isAwaited: true })
  }

  /** Writes all that was noted, here and in the other processes of this server. Never rejects. */
  async flushEverywhere(): Promise<void> {
    await Promise.all([this.flush(), this.#writeElsewhere?.(null)])
  }

  /** Stops the timer and writes the rest. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }

  #flush(tokenIds: readonly string[] | null, flush: Flush): Promise<void> {
    const flushed = this.#turn.then(() => this.#writeNoted(tokenIds, flush))
    this.#turn = flushed
    return flushed
  }

  #notedOn(tokenId: string, at: number): Noted {
    if (at >= this.#todayEndsAt) this.#beginDay(at)
    const known = this.#today.get(tokenId)
    if (known !== undefined) return known
    const noted: Noted = { calls: 0, refusals: 0, at: 0, presenter: undefined, others: undefined }
    this.#today.set(tokenId, noted)
    if (this.#today.size === EARLY_FLUSH_TOKENS) void this.flush()
    return noted
  }

  #beginDay(at: number): void {
    const day = Math.floor(at / DAY_MS)
    this.#today = this.#days.get(day) ?? new Map()
    this.#days.set(day, this.#today)
    this.#todayEndsAt = (day + 1) * DAY_MS
  }

  #unwritten(): Day[] {
    return [...this.#flushing.values(), ...this.#days.values()]
  }

  #pendingDays(): PendingDays {
    const days = [...this.#flushing, ...this.#days]
    return (tokenId) =>
      days.flatMap(([day, tokens]) => {
        const noted = tokens.get(tokenId)
        return noted ? [{ day, calls: noted.calls, refusals: noted.refusals }] : []
      })
  }

  async #writeNoted(tokenIds: readonly string[] | null, flush: Flush): Promise<void> {
    const flushing = tokenIds === null ? this.#takeAll() : this.#take(tokenIds)
    this.#flushing = flushing
    try {
      for (const [day, tokens] of flushing) await this.#writeDay(day, tokens, flush)
    } catch (error) {
      for (const [day, tokens] of flushing) this.#keep(day, tokens)
      this.#onFailure(error)
    } finally {
      this.#flushing = new Map()
    }
  }

  #takeAll(): Map<number, Day> {
    const days = this.#days
    this.#days = new Map()
    this.#todayEndsAt = 0
    return days
  }

  #take(tokenIds: readonly string[]): Map<number, Day> {
    const taken = new Map<number, Day>()
    for (const [day, tokens] of this.#days) {
      const some: Day = new Map()
      for (const id of tokenIds) {
        const noted = tokens.get(id)
        if (noted === undefined) continue
        some.set(id, noted)
        tokens.delete(id)
      }
      if (some.size > 0) taken.set(day, some)
    }
    return taken
  }

  /** Forgets what is written as soon as it is: if a later chunk fails, this one is not added a second time. */
  async #writeDay(day: number, tokens: Day, { isAwaited }: Flush): Promise<void> {
    const ids = [...tokens.keys()].sort()
    const isAside = !isAwaited && ids.length > FEW_TOKENS && ids.length < EARLY_FLUSH_TOKENS
    for (let from = 0; from < ids.length; from += FLUSH_ROWS) {
      const chunk = ids.slice(from, from + FLUSH_ROWS)
      await storeUsage(this.#database, day, toRows(chunk, tokens), isAside)
      for (const id of chunk) tokens.delete(id)
    }
  }

  /** Adds what could not be written to what was noted meanwhile. */
  #keep(day: number, unwritten: Day): void {
    if (unwritten.size === 0) return
    const newer = this.#days.get(day)
    if (newer === undefined) {
      this.#days.set(day, unwritten)
      this.#todayEndsAt = 0
      return
    }
    for (const [id, old] of unwritten) {
      const noted = newer.get(id)
      if (noted === undefined) {
        newer.set(id, old)
        continue
      }
      noted.calls += old.calls
      noted.refusals += old.refusals
      for (const other of [...(old.others ?? []), ...(old.presenter ? [old.presenter] : [])]) noteOther(noted, other)
      if (noted.at === 0) {
        noted.at = old.at
        noted.presenter = old.presenter
      }
    }
  }
}

const later = (one: Usage | undefined, other: Usage | undefined) =>
  one === undefined || (other !== undefined && other.at > one.at) ? other : one

/** What is counted of a token and not stored yet. */
export type PendingDays = (tokenId: string) => readonly DayCount[]

const isSame = (one: Presenter, other: Presenter) => one.address === other.address && one.client === other.client

function noteOther(noted: Noted, presenter: Presenter): void {
  noted.others ??= []
  if (noted.others.length < KEPT_CLIENTS && !noted.others.some((other) => isSame(other, presenter)))
    noted.others.push(presenter)
}

const toPair = (presenter: Presenter | undefined) => ({
  address: presenter?.address ?? '',
  client: cleanClient(presenter?.client),
})

function toRows(ids: readonly string[], tokens: Day): UsageRow[] {
  return ids.flatMap((id) => {
    const noted = tokens.get(id)
    if (noted === undefined) return []
    const { calls, refusals, at, presenter, others = [] } = noted
    return [{ id, calls, refusals, at, ...toPair(presenter), others: others.map(toPair) }]
  })
}

/** A user agent is free text from outside: control characters and anything that looks like a token are taken out. */
export function cleanClient(userAgent: string | undefined): string | null {
  if (userAgent === undefined) return null
  const visible = withoutSecrets(userAgent.slice(0, 4 * CLIENT_LENGTH))
    .replace(/[^\x20-\x7e\xa0-\uffff]/g, '')
    .trim()
  return visible === '' ? null : visible.slice(0, CLIENT_LENGTH)
}
