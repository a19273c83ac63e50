import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import {
  type Coherence,
  type CoherenceListener,
  coherentCache,
  PLATFORM_TIME,
  type StaleState,
  type Time,
  type Told,
} from '@ramp/verifier/coherence'

/**
 * What the thread that holds a lease tells the thread that verifies, such that the one may report a change as applied as
 * soon as it has told it: the other looks at the board before it believes anything that it has in memory.
 */
export interface Board {
  /** Numbers, each read and written as a whole: see `POSTED`, `UNTIL`, `UNTIL_WALL`. */
  readonly shared: SharedArrayBuffer
  /** One end of a channel; the messages are `News`. */
  readonly port: MessagePort
}

/** How many messages were sent before. */
const POSTED = 0
/** Until when what is in memory may be trusted, by both clocks, in whole milliseconds; 0 without a lease. */
const UNTIL = 1
const UNTIL_WALL = 2

/** In bytes. */
export const boardSize = 3 * BigInt64Array.BYTES_PER_ELEMENT

type News =
  | { readonly kind: 'begin'; readonly epoch: number }
  | { readonly kind: 'apply'; readonly epoch: number; readonly subjects: readonly string[] | null }
  | { readonly kind: 'drop'; readonly told: Told }
  | { readonly kind: 'doubt' }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'failed'; readonly error: Error }

/** The platform's time, with a monotonic clock that is the same in every thread: `performance` has one for each. */
export const machineTime: Time = {
  ...PLATFORM_TIME,
  monotonic() {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1000 + nanoseconds / 1e6
  },
}

/** The end of the thread that holds the lease. */
export function postTo({ shared, port }: Board) {
  const numbers = new BigInt64Array(shared)

  /** Counted after it was sent: whoever reads the count finds the message. */
  function post(news: News): void {
    port.postMessage(news)
    Atomics.add(numbers, POSTED, 1n)
  }

  function setTrust(monotonic: number, wall: number): void {
    Atomics.store(numbers, UNTIL, BigInt(Math.floor(monotonic)))
    Atomics.store(numbers, UNTIL_WALL, BigInt(Math.floor(wall)))
  }

  const listener: CoherenceListener = {
    begin: (epoch) => post({ kind: 'begin', epoch }),
    apply: (epoch, subjects) => post({ kind: 'apply', epoch, subjects }),
    drop: (told) => post({ kind: 'drop', told }),
    trust: ({ monotonic, wall }) => setTrust(monotonic, wall),
    doubt() {
      setTrust(0, 0)
      post({ kind: 'doubt' })
    },
  }
  return {
    listener,
    onRenewed: () => post({ kind: 'renewed' }),
    onDoubt: (error: unknown) => post({ kind: 'failed', error: portable(error) }),
  }
}

/** Of an error only name, message and stack cross threads; and one about several addresses says nothing by itself. */
function portable(error: unknown): Error {
  if (error instanceof AggregateError) return portable(error.errors[0])
  if (!(error instanceof Error)) return new Error(String(error))
  const { name, message, stack = '' } = error
  return Object.assign(new Error(message), { name, stack })
}

export interface BoardHears {
  onDoubt(error: unknown): void
  onRenewed(): void
}

/** The end of the thread that verifies. `hear` takes a message that came by the event loop. */
export function followBoard(
  { shared, port }: Board,
  cache: StaleState,
  { onDoubt, onRenewed }: BoardHears,
  time: Time = machineTime,
): Coherence & { hear(news: News): void } {
  const numbers = new BigInt64Array(shared)
  const coherent = coherentCache(cache, time)
  let heard = 0n

  function hear(news: News): void {
    heard++
    if (news.kind === 'begin') coherent.begin(news.epoch)
    else if (news.kind === 'apply') coherent.apply(news.epoch, news.subjects)
    else if (news.kind === 'drop') coherent.drop(news.told)
    else if (news.kind === 'doubt') coherent.doubt()
    else if (news.kind === 'renewed') onRenewed()
    else onDoubt(news.error)
  }

  /**
   * First the trust, then the messages: a trust that was read goes with no more than what was sent before it was written,
   * and all of that is heard here.
   */
  function catchUp(): void {
    const until = { monotonic: numberAt(UNTIL), wall: numberAt(UNTIL_WALL) }
    const posted = Atomics.load(numbers, POSTED)
    coherent.trust(until)
    while (heard < posted) hear((receiveMessageOnPort(port)?.message as News | undefined) ?? { kind: 'doubt' })
  }

  const numberAt = (place: number) => Number(Atomics.load(numbers, place))

  function caughtUp(): Coherence {
    catchUp()
    return coherent
  }

  return {
    hear,
    isTrusted: () => caughtUp().isTrusted(),
    trustedForMs: () => caughtUp().trustedForMs(),
    appliedEpoch: () => caughtUp().appliedEpoch(),
    beginFill: () => caughtUp().beginFill(),
    mayKeep: (fill, epoch) => caughtUp().mayKeep(fill, epoch),
  }
}
