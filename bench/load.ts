import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/**
 * The load, in a process of its own that is forked once and told what to do. Each scenario has 64 connections kept
 * alive, each going through the tokens from another place; scenarios take short turns. Answers with the requests a
 * second of each; ends with an error if any answer was not a 200.
 *
 * On bare sockets, since a general HTTP client takes as much processor as the server does, and then it would be the
 * client that is measured. It relies on each answer of a route being of one length, which it checks.
 */
export interface LoadOrder {
  readonly scenarios: Readonly<Record<string, Scenario>>
  /** How often each scenario has its turn, each time in another order: who comes first, or after whom, is left to chance. */
  readonly turns: number
  /** How long a turn is. */
  readonly until: { readonly seconds: number } | { readonly requests: number }
}

export interface Scenario {
  readonly url: string
  /** One token a line. */
  readonly tokensFile: string
  /** Not as bearers: whoever has this `Authorization` posts each in a form, as introspection has it. */
  readonly introspectedBy?: string
  /** What the server is asked before each of its turns. */
  readonly before?: string
}

/** Requests a second, by the name of the scenario. */
export type LoadResult = Readonly<Record<string, number>>

/** One scenario without a pause, until `ENOUGH` is sent: for what may hold it up for a moment. */
export interface WatchOrder {
  readonly watched: Scenario
  readonly windowMs: number
}

export const ENOUGH = 'enough'

/** Of each window, one after the other without a gap: when it began, epoch milliseconds, and how many were answered in it. */
export type WatchResult = readonly { readonly from: number; readonly answered: number }[]

const CONNECTIONS = 64
/** Of each turn that has a length in time, this much is not counted: what the turn before has left in the processor's caches. */
const LEAD_IN_MS = 15
const OK = Buffer.from('HTTP/1.1 200 OK\r\n')
const LENGTH = /content-length: (\d+)\r\n/i

let hasEnough = false

process.on('message', async (order: LoadOrder | WatchOrder | typeof ENOUGH) => {
  if (order === ENOUGH) hasEnough = true
  else process.send?.(await ('watched' in order ? watch(order) : carryOut(order)))
})

async function watch({ watched, windowMs }: WatchOrder): Promise<WatchResult> {
  const { connections } = await prepare('watched', watched)
  const answered: number[] = []
  const started = performance.now()
  const goOn = () => {
    const window = Math.floor((performance.now() - started) / windowMs)
    answered[window] = (answered[window] ?? 0) + 1
    return !hasEnough
  }
  hasEnough = false
  await Promise.all(connections.map((connection) => connection.drive(goOn)))
  for (const { socket } of connections) socket.destroy()
  // The last one was not whole. In one that is missing nothing was answered.
  return Array.from(answered.slice(0, -1), (count = 0, window) => ({
    from: performance.timeOrigin + started + window * windowMs,
    answered: count,
  }))
}

async function carryOut({ scenarios, turns, until }: LoadOrder): Promise<LoadResult> {
  const players = await Promise.all(Object.entries(scenarios).map(([name, scenario]) => prepare(name, scenario)))
  for (let turn = 0; turn < turns; turn++) {
    for (const player of shuffled(players)) {
      if (player.before !== undefined) await fetch(player.before)
      await playTurn(player, until)
    }
  }
  for (const { connections } of players) for (const { socket } of connections) socket.destroy()
  return Object.fromEntries(players.map(({ name, answered, took }) => [name, (answered / took) * 1000]))
}

interface Player {
  readonly name: string
  readonly before: string | undefined
  readonly connections: readonly Connection[]
  answered: number
  /** Milliseconds of all turns. */
  took: number
}

async function prepare(name: string, { url, tokensFile, introspectedBy, before }: Scenario): Promise<Player> {
  const { hostname, port, pathname } = new URL(url)
  const head = (method: string, authorization: string) =>
    `${method} ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${authorization}\r\n`
  const form = (body: string) =>
    `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const requests = readFileSync(tokensFile, 'utf8')
    .trim()
    .split('\n')
    .map((token) =>
      Buffer.from(
        introspectedBy === undefined
          ? `${head('GET', `Bearer ${token}`)}\r\n`
          : `${head('POST', introspectedBy)}${form(`token=${token}`)}`,
      ),
    )
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, index) => {
      const socket = connect(Number(port), hostname).setNoDelay(true)
      await once(socket, 'connect')
      return new Connection(socket, requests, Math.floor((index * requests.length) / CONNECTIONS))
    }),
  )
  return { name, before, connections, answered: 0, took: 0 }
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

async function playTurn(player: Player, until: LoadOrder['until']): Promise<void> {
  if ('seconds' in until) await drive(player, Number.POSITIVE_INFINITY, performance.now() + LEAD_IN_MS)
  const start = performance.now()
  const answered =
    'seconds' in until
      ? await drive(player, Number.POSITIVE_INFINITY, start + until.seconds * 1000)
      : await drive(player, until.requests, Number.POSITIVE_INFINITY)
  player.answered += answered
  player.took += performance.now() - start
}

/** Until so many were answered or that instant has come. */
async function drive(player: Player, most: number, end: number): Promise<number> {
  let answered = 0
  const goOn = () => ++answered < most && performance.now() < end
  await Promise.all(player.connections.map((connection) => connection.drive(goOn)))
  return answered
}

/** One request at a time, until told to stop. */
class Connection {
  readonly socket: Socket
  readonly #requests: readonly Buffer[]
  #next: number
  /** The length of every answer, once the first has come. */
  #expected = 0
  #received = 0
  #goOn: () => boolean = () => false
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}

  constructor(socket: Socket, requests: readonly Buffer[], from: number) {
    this.socket = socket
    this.#requests = requests
    this.#next = from
    socket.on('error', (error) => this.#reject(error))
    socket.on('data', (chunk) => this.#receive(chunk))
  }

  /** Asks again and again while `goOn`, which is called at every answer, says so. */
  drive(goOn: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#goOn = goOn
      this.#resolve = resolve
      this.#reject = reject
      this.#ask()
    })
  }

  #ask(): void {
    this.#received = 0
    this.socket.write(this.#requests[this.#next++ % this.#requests.length] as Buffer)
  }

  #receive(chunk: Buffer): void {
    if (this.#received === 0) {
      const isOk = chunk.compare(OK, 0, OK.length, 0, OK.length) === 0
      if (!isOk) this.#reject(new Error(`refused: ${chunk.toString()}`))
      if (this.#expected === 0) this.#expected = lengthOf(chunk)
    }
    this.#received += chunk.length
    if (this.#received > this.#expected) this.#reject(new Error('an answer was longer than the first'))
    if (this.#received < this.#expected) return
    if (this.#goOn()) this.#ask()
    else this.#resolve()
  }
}

/** Head and body together; the head arrives in one piece. */
function lengthOf(answer: Buffer): number {
  const head = answer.indexOf('\r\n\r\n') + 4
  return head + Number(LENGTH.exec(answer.toString('latin1', 0, head))?.[1])
}
