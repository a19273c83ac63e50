/** What a fault run writes down. Instants are milliseconds of the machine's monotonic clock, one for all processes. */

/** Calls in a row by one caller with one token that came out alike: only what the checker asks of each is kept. */
export interface Calls {
  readonly caller: string
  readonly token: string
  readonly outcome: 'accepted' | 'refused' | 'unavailable'
  /** How it was refused, or why it was not available. */
  readonly reason: string
  count: number
  readonly firstStart: number
  readonly firstEnd: number
  lastStart: number
  lastEnd: number
}

/** Something that takes a token's authority away, for good. */
export interface Removal {
  readonly tokens: readonly string[]
  readonly kind: 'revoked' | 'deactivated' | 'role taken'
  readonly start: number
  /** When it was answered as done; null: it never was. */
  readonly answered: number | null
}

export interface Creation {
  readonly token: string
  readonly answered: number
}

/** A time in which these callers may be told that they cannot be told, as the failure table allows. */
export interface Fault {
  readonly kind: string
  readonly callers: readonly string[]
  readonly from: number
  readonly to: number
}

export interface History {
  /** Who was to call from the beginning to the end; a process that was killed and the one in its place are the same caller. */
  readonly callers: readonly string[]
  readonly calls: readonly Calls[]
  readonly creations: readonly Creation[]
  readonly removals: readonly Removal[]
  readonly faults: readonly Fault[]
  /** When all faults were over and everybody was well again; calls that begin later must be decided. */
  readonly recovered: number
}

export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Collects calls as they end, each run of equal ones as one entry. */
export class CallRecorder {
  readonly #caller: string
  readonly #open = new Map<string, Calls>()
  readonly #closed: Calls[] = []

  constructor(caller: string) {
    this.#caller = caller
  }

  note(token: string, { outcome, reason }: Pick<Calls, 'outcome' | 'reason'>, start: number, end: number): void {
    const instants = { firstStart: start, firstEnd: end, lastStart: start, lastEnd: end }
    this.add({ caller: this.#caller, token, outcome, reason, count: 1, ...instants })
  }

  /** Goes on with what another process has collected, and {@link take}n. */
  add(calls: Calls): void {
    const { token, outcome, reason } = calls
    const open = this.#open.get(token)
    // An unavailable answer is judged by its own time.
    if (open !== undefined && open.outcome === outcome && open.reason === reason && outcome !== 'unavailable') {
      open.count += calls.count
      open.lastStart = Math.max(open.lastStart, calls.lastStart)
      open.lastEnd = Math.max(open.lastEnd, calls.lastEnd)
      return
    }
    if (open !== undefined) this.#closed.push(open)
    this.#open.set(token, calls)
  }

  /** What was collected since it was last taken. */
  take(): readonly Calls[] {
    const taken = [...this.#closed, ...this.#open.values()]
    this.#closed.length = 0
    this.#open.clear()
    return taken
  }
}
