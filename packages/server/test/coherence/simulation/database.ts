import { LEASE_MS, MOST_CHANGES } from '../../../src/storage/lease.ts'
import type { World } from './world.ts'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** What the database gets wrong, in the simulations that have to fail. */
export interface DatabaseFlaws {
  /** Leases that are over are passed over, not deleted. */
  readonly passesOver?: boolean
  /** A renewal reports what it brings. */
  readonly reportsUnapplied?: boolean
  /** A renewal without a row looks like one with it. */
  readonly ignoresRows?: boolean
  /** A run of the server counts as known from before it began. */
  readonly forgetsLoss?: boolean
  /** A lease ends sooner than whoever holds it is told. */
  readonly shortensLeases?: boolean
  /** What a verifier has dropped is compared by name alone, not by which change of it. */
  readonly comparesNames?: boolean
  /** What was pruned is not told. */
  readonly hidesGaps?: boolean
}

interface Snapshot {
  readonly epoch: number
  stateOf(subject: string): number
}

interface Row {
  applied: number
  leaseUntil: number
  renewals: number
}

/** Ids, what was applied, the renewals before, accounts, the least that was applied, what was dropped if something was. */
type RenewalValues = [[string], [number], [number], [null], number, (readonly string[])?]

/** Longer than almost any statement here takes; now and then one hangs between its snapshot and its commit. */
const LONG_STATEMENT_MS = 800

/**
 * PostgreSQL, as far as leases go: what each statement of storage/postgres-leases.ts does to the three tables, with snapshots
 * (READ COMMITTED), the locks of rows, commits that come later, and restarts that lose the unlogged tables.
 */
export class SimulatedDatabase {
  readonly #world: World
  readonly #flaws: DatabaseFlaws
  #epoch = 0
  #changes: { readonly epoch: number; readonly subject: string }[] = []
  /** Of each subject, the change that touched it last. */
  #states = new Map<string, number>()
  #made = new Map<string, number>()
  #rows = new Map<string, Row>()
  #runs = new Map<string, number>([['run 0', -LEASE_MS]])
  #run = 0
  #isUp = true
  #clockAheadMs = 0
  /** Rows whose lock is held, and who waits for it. */
  #locks = new Map<string, (() => void)[]>()
  #ids = 0
  #onChange: ((told: string) => void)[] = []
  #onStop: (() => void)[] = []

  constructor(world: World, flaws: DatabaseFlaws) {
    this.#world = world
    this.#flaws = flaws
  }

  /** Hears what the notification says. */
  onChange(listener: (told: string) => void): void {
    this.#onChange.push(listener)
  }

  onStop(listener: () => void): void {
    this.#onStop.push(listener)
  }

  /** Makes a change once, however often it is asked for; and the epoch that whoever asks has seen by then. */
  async change(subject: string, name: string) {
    this.#assertUp()
    const made = this.#made.get(name)
    if (made !== undefined) return { made, seen: this.#epoch, isOwn: false }
    const epoch = ++this.#epoch
    this.#made.set(name, epoch)
    this.#changes.push({ epoch, subject })
    this.#states.set(subject, epoch)
    // Of a transaction that changes several things it is not told which.
    const isNamed = this.#world.random() < 0.5
    for (const listener of this.#onChange) listener(isNamed ? `${epoch} ${subject}` : '')
    return { made: epoch, seen: epoch, isOwn: true }
  }

  /** Which change touched each of these subjects last, in a snapshot of an epoch. */
  async read(subjects: readonly string[], isSlow: boolean): Promise<Snapshot> {
    this.#assertUp()
    const states = new Map(subjects.map((subject) => [subject, this.#states.get(subject) ?? 0]))
    const snapshot = { epoch: this.#epoch, stateOf: (subject: string) => states.get(subject) as number }
    await this.#work(isSlow)
    return snapshot
  }

  prune(): void {
    this.#changes = []
  }

  /** Only forward by what the margin allows; back as far as it likes. */
  stepClock(ms: number): void {
    this.#clockAheadMs += ms
  }

  stop(): void {
    this.#isUp = false
    this.#run++
    this.#locks.clear()
    for (const listener of this.#onStop) listener()
  }

  start(isClean: boolean): void {
    if (this.#isUp) return
    this.#isUp = true
    if (isClean) return
    this.#rows.clear()
    this.#runs.clear()
  }

  async connect(): Promise<void> {
    this.#assertUp()
  }

  /** @param isSlow Whether it takes long more often than not. */
  async execute({ text, values }: Statement, isSlow: boolean): Promise<unknown[]> {
    this.#assertUp()
    if (text.startsWith('LISTEN')) return []
    if (text.startsWith('INSERT INTO lease_run')) return this.#noteRun()
    if (text.startsWith('WITH former')) return this.#register(values[1] as string | null, isSlow)
    if (text.startsWith('WITH report')) return this.#renew(values as RenewalValues, isSlow)
    if (text.startsWith('WITH ended')) return this.#settle(values[0] as number, isSlow)
    if (text.startsWith('DELETE FROM verifier WHERE id')) return this.#delete(values[0] as string)
    throw new Error(`A statement that the simulation does not know: ${text}`)
  }

  #work(isSlow: boolean): Promise<void> {
    const isLong = this.#world.isUnlucky() || (isSlow && this.#world.random() < 0.5)
    return this.#world.sleep(this.#world.between(0, isLong ? LONG_STATEMENT_MS : 1))
  }

  get #now(): number {
    return Math.floor(this.#world.now + this.#clockAheadMs)
  }

  get #leaseUntil(): number {
    return this.#now + (this.#flaws.shortensLeases ? LEASE_MS - 500 : LEASE_MS)
  }

  get #runName(): string {
    return `run ${this.#run}`
  }

  #noteRun(): unknown[] {
    const since = this.#now - (this.#flaws.forgetsLoss ? LEASE_MS : 0)
    if (!this.#runs.has(this.#runName)) this.#runs.set(this.#runName, since)
    return []
  }

  #register(formerId: string | null, isSlow: boolean): Promise<unknown[]> {
    const id = `verifier ${this.#ids++}`
    const epoch = this.#epoch
    const leaseUntil = this.#leaseUntil
    return this.#inTransaction(isSlow, async (later) => {
      if (formerId !== null) await this.#delete(formerId)
      await later()
      this.#rows.set(id, { applied: epoch, leaseUntil, renewals: 0 })
      return [{ id, epoch, run: this.#runName, is_replica: false }]
    })
  }

  /** A node’s own: one report at a time. */
  #renew([[id], [applied], [renewals], , , dropped = []]: RenewalValues, isSlow: boolean): Promise<unknown[]> {
    const epoch = this.#epoch
    const oldest = this.#flaws.hidesGaps ? 0 : (this.#changes[0]?.epoch ?? null)
    const changes = this.#changes.filter((change) => change.epoch > applied).slice(0, MOST_CHANGES + 1)
    const isDropped = (change: (typeof changes)[number]) =>
      this.#flaws.comparesNames
        ? dropped.some((told) => told.endsWith(` ${change.subject}`))
        : dropped.includes(`${change.epoch} ${change.subject}`)
    const isWhole = oldest !== null && oldest <= applied + 1
    const isReported = dropped.length > 0 && isWhole && changes.every(isDropped)
    const answer = {
      is_reported: isReported,
      epoch,
      oldest,
      epochs: changes.map((change) => change.epoch),
      subjects: changes.map(({ subject }) => subject),
      run: this.#runName,
      is_replica: false,
    }
    return this.#inTransaction(isSlow, async (later, lock) => {
      await later()
      await lock(id)
      const row = this.#rows.get(id)
      const isFound = row?.renewals === renewals
      if (!isFound) return [{ ...answer, renewed: this.#flaws.ignoresRows ? [id] : [] }]
      const leaseUntil = this.#leaseUntil
      await later()
      row.applied = this.#flaws.reportsUnapplied || isReported ? epoch : applied
      row.leaseUntil = leaseUntil
      row.renewals++
      return [{ ...answer, renewed: [id] }]
    })
  }

  #settle(epoch: number, isSlow: boolean): Promise<unknown[]> {
    const seen = [...this.#rows].map(([id, row]) => ({ id, ...row }))
    const since = this.#runs.get(this.#runName) ?? null
    return this.#inTransaction(isSlow, async (later, lock) => {
      const ended = new Set<string>()
      for (const { id, applied, leaseUntil } of seen) {
        if (applied >= epoch || leaseUntil >= this.#now) continue
        if (this.#flaws.passesOver) {
          ended.add(id)
          continue
        }
        await lock(id)
        const row = this.#rows.get(id)
        if (row !== undefined && row.applied < epoch && row.leaseUntil < this.#now) ended.add(id)
      }
      const now = this.#now
      await later()
      if (!this.#flaws.passesOver) for (const id of ended) this.#rows.delete(id)
      const applied = seen.filter(({ id }) => !ended.has(id)).map((row) => row.applied)
      return [{ applied: applied.length === 0 ? null : Math.min(...applied), run_since: since, now }]
    })
  }

  async #delete(id: string): Promise<unknown[]> {
    this.#rows.delete(id)
    return []
  }

  /** What it writes after the last wait is the commit. A restart between undoes it: it rejects. */
  async #inTransaction<Result>(
    isSlow: boolean,
    work: (later: () => Promise<void>, lock: (id: string) => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    const run = this.#run
    const held: string[] = []
    const assertGoesOn = () => {
      if (run !== this.#run) throw new Error('The server went away.')
    }
    const later = async () => {
      await this.#work(isSlow)
      assertGoesOn()
    }
    const lock = async (id: string) => {
      for (let waiting = this.#locks.get(id); waiting !== undefined; waiting = this.#locks.get(id)) {
        await new Promise<void>((resolve) => waiting?.push(resolve))
        assertGoesOn()
      }
      this.#locks.set(id, [])
      held.push(id)
    }
    try {
      return await work(later, lock)
    } finally {
      for (const id of run === this.#run ? held : []) {
        const waiting = this.#locks.get(id) ?? []
        this.#locks.delete(id)
        for (const resolve of waiting) resolve()
      }
    }
  }

  #assertUp(): void {
    if (!this.#isUp) throw new Error('The server is away.')
  }
}
