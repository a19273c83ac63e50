import cluster, { type Worker } from 'node:cluster'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Exchange } from './exchange.ts'

/** A worker that does not listen by then hangs, and is ended. */
const START_LIMIT_MS = 30_000

/** Whoever served that long did not end because of how it was started. */
const STEADY_MS = 10_000

/** Before a worker is replaced: so long at first, and twice as long with each that ended soon. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

/** So many that ended soon, one after the other, and none that serves: another one will not help. */
const SOON_ENDED_LIMIT = 6

/** A worker exits by itself before that; one that cannot is killed. */
const STOP_LIMIT_MS = 17_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The workers of this process, the primary: as many as were asked for, replaced when they end or when told to. */
export class Workers {
  readonly #count: number
  readonly #log: Logger
  readonly #onGivingUp: (soonEnded: number) => void
  /** Those that take new connections, and since when; the eldest first. */
  readonly #serving = new Map<Worker, number>()
  /** Those that finish what they have begun, and end. */
  readonly #retired = new Set<Worker>()
  /** All there are, and how each will have ended. */
  readonly #running = new Map<Worker, Promise<Exit>>()
  readonly exchange = new Exchange(() => this.#serving.keys())
  /** Workers that ended soon, since one has served for long. */
  #soonEnded = 0
  #isStopping = false
  #isReplacementDue = false
  /** Replacing and filling up, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(count: number, log: Logger, onGivingUp: (soonEnded: number) => void) {
    this.#count = count
    this.#log = log
    this.#onGivingUp = onGivingUp
  }

  /**
   * Starts one worker and then, since what is wrong with the settings would be wrong with each, the others. Returns how
   * the first one ended if it did before it served.
   */
  start(): Promise<Exit | undefined> {
    return this.#inTurn(async () => {
      const failure = await this.#startOne()
      if (failure !== undefined) return failure
      await this.#startSome(this.#count - 1)
      await this.#fillUp()
      return undefined
    })
  }

  /**
   * Replaces the workers one by one: none retires before another one listens. If a new one does not start, those not
   * replaced yet go on. Resolves when the new ones serve; the old ones may still have something to finish.
   */
  replaceAll(): Promise<void> {
    // Whoever asks while a replacement waits for its turn gets that one.
    if (this.#isReplacementDue) return Promise.resolve()
    this.#isReplacementDue = true
    return this.#inTurn(async () => {
      this.#isReplacementDue = false
      for (const worker of [...this.#serving.keys()]) {
        if (this.#isStopping) return
        if ((await this.#startOne()) !== undefined) {
          if (this.#isStopping) return
          this.#log.error('a new worker did not start: those not replaced yet go on')
          return
        }
        if (!this.#serving.delete(worker)) continue
        this.#retired.add(worker)
        this.exchange.retire(worker)
      }
      this.#log.info({ finishing: this.#retired.size }, 'all workers are replaced')
    })
  }

  /** Lets all finish as one does alone, and resolves when they have ended: true if each in order. */
  async stop(): Promise<boolean> {
    this.#isStopping = true
    const ends = [...this.#running.values()]
    for (const worker of this.#running.keys()) worker.process.kill('SIGTERM')
    setTimeout(() => this.#kill(), STOP_LIMIT_MS).unref()
    // One that was only starting is ended by the signal itself.
    return (await Promise.all(ends)).every(({ code, signal }) => code === 0 || signal === 'SIGTERM')
  }

  #kill(): void {
    for (const worker of this.#running.keys()) worker.process.kill('SIGKILL')
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Undefined once it listens; otherwise how it ended. */
  #startOne(): Promise<Exit | undefined> {
    const worker = cluster.fork()
    const ended = new Promise<Exit>((resolve) => {
      worker.once('exit', (code, signal) => resolve({ code, signal: signal as NodeJS.Signals | null }))
      // It could not be started at all: then there is no exit.
      worker.on('error', () => worker.process.pid === undefined && resolve({ code: null, signal: null }))
    })
    this.#running.set(worker, ended)
    const hanging = setTimeout(() => worker.process.kill('SIGKILL'), START_LIMIT_MS)
    void ended.then((exit) => {
      clearTimeout(hanging)
      this.#hasEnded(worker, exit)
    })
    const listening = new Promise<undefined>((resolve) => {
      worker.once('listening', () => {
        clearTimeout(hanging)
        this.#serving.set(worker, performance.now())
        this.exchange.join(worker)
        this.#log.info({ worker: worker.process.pid, serving: this.#serving.size }, 'a worker serves')
        resolve(undefined)
      })
    })
    return Promise.race([listening, ended])
  }

  #hasEnded(worker: Worker, exit: Exit): void {
    const since = this.#serving.get(worker)
    this.#serving.delete(worker)
    this.#running.delete(worker)
    this.exchange.part(worker)
    const details = { worker: worker.process.pid, ...exit }
    if (this.#retired.delete(worker) || this.#isStopping) {
      this.#log.info({ ...details, finishing: this.#retired.size }, 'a worker has ended')
      return
    }
    this.#log.error(details, 'a worker has ended by itself')
    if (since === undefined) return
    this.#soonEnded = performance.now() - since < STEADY_MS ? this.#soonEnded + 1 : 0
    void this.#inTurn(() => this.#fillUp())
  }

  /** Until as many serve as were asked for. */
  async #fillUp(): Promise<void> {
    for (;;) {
      const missing = this.#count - this.#serving.size
      if (missing <= 0) return
      if (this.#soonEnded >= SOON_ENDED_LIMIT && this.#serving.size === 0) {
        this.#onGivingUp(this.#soonEnded)
        return
      }
      await delay(Math.min(FIRST_PAUSE_MS * 2 ** this.#soonEnded, LONGEST_PAUSE_MS))
      if (this.#isStopping) return
      const failures = await this.#startSome(missing)
      if (failures.some((failure) => failure !== undefined)) this.#soonEnded++
    }
  }

  #startSome(count: number): Promise<(Exit | undefined)[]> {
    return Promise.all(Array.from({ length: count }, () => this.#startOne()))
  }
}
