import type { Time } from '@ramp/verifier/coherence'

interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

const UNLUCKY = 0.1

/** Simulated time, in milliseconds since the beginning: nothing waits, and with the same random numbers all happens again. */
export class World {
  now = 0
  isCalm = false
  /** The next one last. */
  #events: Event[] = []
  #order = 0
  /** 0 to 1. */
  readonly random: () => number

  constructor(random: () => number) {
    this.random = random
  }

  between(min: number, max: number): number {
    return min + this.random() * (max - min)
  }

  /** Whether this is one of those times when something takes long, for no reason that anybody could name. */
  isUnlucky(): boolean {
    return !this.isCalm && this.random() < UNLUCKY
  }

  /** The result takes it back. */
  after(ms: number, run: () => void): () => void {
    const event = { at: this.now + Math.max(0, ms), order: this.#order++, run }
    let place = this.#events.length
    while (place > 0 && isLater(event, this.#events[place - 1] as Event)) place--
    this.#events.splice(place, 0, event)
    return () => {
      const index = this.#events.indexOf(event)
      if (index >= 0) this.#events.splice(index, 1)
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Lets happen what is to happen until then, and has a look at everything after each event. */
  async runUntil(end: number, look: () => void): Promise<void> {
    for (let event = this.#events.at(-1); event !== undefined && event.at <= end; event = this.#events.at(-1)) {
      this.#events.pop()
      this.now = event.at
      event.run()
      // Promises run to where they wait for an event.
      await new Promise(setImmediate)
      look()
    }
    this.now = end
  }
}

function isLater(event: Event, other: Event): boolean {
  return event.at > other.at || (event.at === other.at && event.order > other.order)
}

/** A process on a machine of its own, which may be paused, suspended or killed, and whose clocks are not the world's. */
export class Process {
  readonly #world: World
  /** How fast its monotonic clock runs. */
  readonly #rate: number
  #wallAheadMs = 0
  #suspendedMs = 0
  #stopped: { readonly at: number; readonly isMachine: boolean } | undefined
  #waiting: (() => void)[] = []
  isKilled = false

  constructor(world: World, rate: number) {
    this.#world = world
    this.#rate = rate
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined
  }

  readonly time: Time = {
    monotonic: () => (this.#ranUntil() - this.#suspendedMs) * this.#rate,
    wall: () => this.#world.now + this.#wallAheadMs,
    startTimer: (ms, ring) => this.after(ms, ring),
    random: () => this.#world.random(),
  }

  after(ms: number, run: () => void): () => void {
    return this.#world.after(ms / this.#rate, () => this.deliver(run))
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Runs it now, or as soon as the process goes on. */
  deliver(run: () => void): void {
    if (this.isKilled) return
    if (this.#stopped === undefined) run()
    else this.#waiting.push(run)
  }

  /** @param isMachine Whether its machine is suspended, and so its monotonic clock stands still. */
  stop(isMachine: boolean): void {
    this.#stopped ??= { at: this.#world.now, isMachine }
  }

  goOn(): void {
    if (this.#stopped === undefined) return
    this.#suspendedMs += this.#world.now - this.#ranUntil()
    this.#stopped = undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const run of waiting) this.deliver(run)
  }

  setWallClock(aheadMs: number): void {
    this.#wallAheadMs = aheadMs
  }

  #ranUntil(): number {
    return this.#stopped?.isMachine ? this.#stopped.at : this.#world.now
  }
}
