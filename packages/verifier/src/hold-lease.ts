/**
 * The verifier's side of the lease protocol (docs/coherence.md), the same for a node of RAMP and for a verifier inside another
 * service. Not here: how it talks to whoever gives the lease (`LeaseConnection`), and what becomes of what it finds out.
 */

/** What is said of a lease when it is given. */
export interface Registration {
  /** Names the row of this verifier. */
  readonly id: string
  /** The count of changes when it was made: whatever is read from now on is no older. */
  readonly epoch: number
  /** Which run of the database gave it. */
  readonly run: string
  /** From the instant of giving or renewing it. */
  readonly leaseMs: number
}

/** What a verifier says of itself to renew its lease. */
export interface Report {
  readonly id: string
  /** Everything up to this change has been dropped from the cache. */
  readonly appliedEpoch: number
  /** How often this lease was renewed before. */
  readonly renewals: number
}

/** A change as a connection tells of it by itself; of others it may say nothing. */
export interface Told {
  readonly epoch: number
  readonly subject: string
}

/** What it is told. */
export interface Renewal {
  readonly epoch: number
  readonly run: string
  /** Whether it counts as applied already: what was dropped is all that has changed. */
  readonly isReported?: boolean
  /** What was touched since the epoch reported; null if that cannot be told, and everything has to be read anew. */
  readonly changes: readonly string[] | null
}

/** One connection to whoever gives leases. */
export interface LeaseConnection {
  /** Gives a lease, and ends the one with `formerId` if there is one: nobody has to wait for it. */
  register(formerId: string | undefined): Promise<Registration>
  /**
   * Renews it. Rejects if there is no such lease any more, or at any failure. `dropped` is what it has told of by itself
   * since the renewal before, and what was forgotten therefore.
   */
  renew(report: Report, dropped: readonly Told[]): Promise<Renewal>
  /** How long to wait before the next renewal when nothing changes; 0 if `renew` itself does the waiting. */
  readonly pauseMs: number
  /** Ends the lease. */
  release(id: string): Promise<void>
  /** Never rejects. */
  end(): Promise<void>
}

/** What a connection says by itself. */
export interface ConnectionEvents {
  /** It is of no use any more. */
  lost(error: unknown): void
  /** Something has changed: it is worth renewing now. */
  told(change?: Told): void
}

/** The clocks and timers of the platform, in milliseconds. */
export interface Time {
  /** Does not run while the machine is suspended, and never steps. */
  monotonic(): number
  /** Runs on while it is suspended, and may be set. */
  wall(): number
  /** Calls back once; the result gives up on it. */
  startTimer(ms: number, ring: () => void): () => void
  /** 0 to 1. */
  random(): number
}

/** What is found out about what a verifier has in memory. Called in this order of events, it stays right. */
export interface CoherenceListener {
  /** There is a new lease: whatever is read from now on is no older than this epoch; of what was read before, nobody knows. */
  begin(epoch: number): void
  /** These subjects were changed, up to this epoch; null if they cannot be told, and everything may have been. */
  apply(epoch: number, subjects: readonly string[] | null): void
  /** A change was heard of, not necessarily in order: what it touched, or was read before it, is not to be believed. */
  drop(told: Told): void
  /** What is in memory may be believed until then, by both clocks: a suspended machine stops the one, a step moves the other. */
  trust(until: Instant): void
  /** Nothing that is in memory or being read may be believed any more. */
  doubt(): void
}

/** The same moment by both clocks, in milliseconds. */
export interface Instant {
  readonly monotonic: number
  readonly wall: number
}

export interface LeaseOptions {
  readonly listener: CoherenceListener
  connect(events: ConnectionEvents): Promise<LeaseConnection>
  /** Hears why there is no lease until there is one again. */
  onDoubt(error: unknown): void
  /** Hears of each first trust after none, and of changes that were applied. */
  onRenewed?(): void
  readonly time?: Time
}

/** What a verifier's own clock may lose against that of the lease within one lease, and more. */
const MARGIN_MS = 200

/** The first pause before connecting again, doubled each time, plus as much again at random. */
const RECONNECT_MS = 50
const LONGEST_RECONNECT_MS = 2000

/**
 * Holds a lease: a row that says which epoch of changes this verifier has applied. Whoever changes something waits until
 * no live lease is older, so a change is reported as applied only once the listener has heard of it, and within the
 * lease what is in memory may be trusted, without asking.
 *
 * At any doubt (a lost connection, another run of the database, a row that is not as it was left, an epoch that went
 * back) it drops the lease, and begins anew. The result gives the lease back, so that nobody waits for it.
 */
export function holdLease({
  listener,
  connect,
  onDoubt,
  onRenewed = () => {},
  time = PLATFORM_TIME,
}: LeaseOptions): () => Promise<void> {
  let appliedEpoch = 0
  let isClosed = false
  /** The row of before a doubt, which nobody has to wait for. */
  let formerId: string | undefined
  /** Ends what is being waited for: a pause, or an answer that need not come any more. */
  let interrupt = () => {}

  async function live(): Promise<void> {
    let failures = 0
    while (!isClosed) {
      try {
        await holdOne(() => {
          failures = 0
        })
      } catch (error) {
        onDoubt(error)
      } finally {
        listener.doubt()
      }
      const pauseMs = Math.min(RECONNECT_MS * 2 ** failures++, LONGEST_RECONNECT_MS)
      if (!isClosed) await sleep(pauseMs * (1 + time.random()))
    }
  }

  /** Returns when closed; rejects at a doubt. */
  async function holdOne(onHeld: () => void): Promise<void> {
    let isTold = false
    let dropped: Told[] = []
    let isPausing = false
    let lost: { readonly error: unknown } | undefined
    /** What a connection says after its time concerns nobody. */
    let isOver = false
    const assertNotLost = () => {
      if (lost !== undefined) throw lost.error
    }
    const events: ConnectionEvents = {
      lost(error) {
        if (isOver) return
        lost ??= { error }
        listener.doubt()
        interrupt()
      },
      told(change) {
        if (isOver) return
        isTold = true
        if (change !== undefined) {
          listener.drop(change)
          dropped.push(change)
        }
        if (isPausing) interrupt()
      },
    }
    let connection: LeaseConnection | undefined
    try {
      connection = await connect(events)
      const { id, run, leaseMs } = await register(connection, assertNotLost)
      onHeld()
      for (let renewals = 0; !isClosed; renewals++) {
        isTold = false
        const sentAt = now()
        const renewing = connection.renew({ id, appliedEpoch, renewals }, dropped)
        dropped = []
        const renewal = await orInterrupted(renewing)
        assertNotLost()
        if (renewal === undefined) break
        if (renewal.run !== run) throw new Error('Another run of the database answers.')
        const hasApplied = apply(renewal)
        trust(sentAt, leaseMs)
        if (hasApplied) onRenewed()
        // What was applied is reported at once, unless it was already: somebody waits for it.
        if ((hasApplied && !renewal.isReported) || isTold || isClosed) continue
        isPausing = true
        await sleep(connection.pauseMs)
        isPausing = false
        assertNotLost()
      }
      await connection.release(id)
    } finally {
      isOver = true
      // Not awaited while it goes on: a connection that hangs says no goodbye.
      const ending = connection?.end()
      if (isClosed) await ending
    }
  }

  /** A new row, with nothing cached: whatever is read from now on is read after the row could be seen. */
  async function register(connection: LeaseConnection, assertNotLost: () => void): Promise<Registration> {
    const sentAt = now()
    const registration = await connection.register(formerId)
    formerId = registration.id
    assertNotLost()
    appliedEpoch = registration.epoch
    listener.begin(appliedEpoch)
    trust(sentAt, registration.leaseMs)
    onRenewed()
    return registration
  }

  /** Whether something had changed. */
  function apply({ epoch, changes }: Renewal): boolean {
    if (epoch < appliedEpoch) throw new Error('The database is older than it was: restored from a copy?')
    if (epoch === appliedEpoch) return false
    appliedEpoch = epoch
    listener.apply(epoch, changes)
    return true
  }

  function now(): Instant {
    return { monotonic: time.monotonic(), wall: time.wall() }
  }

  /** From before it was asked: the lease began later. */
  function trust(sentAt: Instant, leaseMs: number): void {
    const forMs = leaseMs - MARGIN_MS
    listener.trust({ monotonic: sentAt.monotonic + forMs, wall: sentAt.wall + forMs })
  }

  /** Until interrupted, at most `ms`. */
  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = time.startTimer(ms, resolve)
      interrupt = () => {
        giveUp()
        resolve()
      }
    })
  }

  /** undefined if interrupted; then nobody hears any more what becomes of it. */
  function orInterrupted<Result>(work: Promise<Result>): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      interrupt = () => resolve(undefined)
      work.then(resolve, reject)
    })
  }

  const ended = live()

  return async () => {
    isClosed = true
    interrupt()
    await ended
  }
}

export const PLATFORM_TIME: Time = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  startTimer(ms, ring) {
    const timer = setTimeout(ring, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
