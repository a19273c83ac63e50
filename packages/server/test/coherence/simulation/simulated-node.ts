import { MessageChannel } from 'node:worker_threads'
import { type Coherence, type ConnectionEvents, holdLease, type Time } from '@ramp/verifier/coherence'
import type { SessionClient } from '../../../src/storage/postgres-client.ts'
import { boardSize, followBoard, postTo } from '../../../src/verification/coherence-board.ts'
import { credentialCache } from '../../../src/verification/credential-cache.ts'
import { connectNode } from '../../../src/verification/node-lease.ts'
import { type Primary, verifyOver } from '../../../src/verification/postgres-verifier.ts'
import type { VerifierOptions } from '../../../src/verification/token-verifier.ts'
import {
  ACCOUNT,
  accountIn,
  type SimulatedToken,
  stateOfAccount,
  stateOfToken,
  TOKENS,
  tokenIn,
} from './credentials.ts'
import type { SimulatedDatabase } from './database.ts'
import type { Network } from './network.ts'
import type { Process } from './world.ts'

/** A rule of the verifier that is broken on purpose. */
export interface NodeFlaws {
  /** Around what the verifier asks of the real code. */
  coherent?(coherence: Coherence, board: SharedArrayBuffer): Coherence
  time?(time: Time): Time
  /** Nothing is forgotten as a whole. */
  readonly keepsCache?: boolean
}

export interface Answers {
  /** The last change of the subject that was answered. */
  wanted(subject: string): number
  /** Hears in which state a subject was believed, and which state was wanted when the call began. */
  believed(where: string, subject: string, state: number, wanted: number): void
}

interface Place {
  readonly name: string
  readonly process: Process
  readonly network: Network
  readonly database: SimulatedDatabase
}

const PRESENTER = { address: '192.0.2.1', client: undefined }
const TWO_AT_ONCE = 0.3

/** The product's verifier of a node, over a simulated primary, asked for tokens and sessions again and again. */
export function simulatedNode({ name, process, network, database }: Place, answers: Answers, flaws: NodeFlaws) {
  const time = flaws.time?.(process.time) ?? process.time
  const shared = new SharedArrayBuffer(boardSize)
  const { port1, port2 } = new MessageChannel()
  const stored = network.connect(process)
  const read = (subjects: readonly string[]) => stored.ask(() => database.read(subjects, network.isSlowlyServed))
  let coherence: Coherence | undefined
  const cache = credentialCache({ tokens: TOKENS.length, accounts: 1 })

  const primary: Primary = {
    credentials: {
      async readTokens(ids) {
        const asked = TOKENS.filter(({ id }) => ids.includes(id))
        const { epoch, stateOf } = await read([...asked.map(({ subject }) => subject), ACCOUNT.subject])
        const account = accountIn(stateOf(ACCOUNT.subject))
        return new Map(
          asked.map((token) => [token.id, { token: tokenIn(stateOf(token.subject), token), account, epoch }]),
        )
      },
      async readAccount() {
        const { epoch, stateOf } = await read([ACCOUNT.subject])
        return { account: accountIn(stateOf(ACCOUNT.subject)), epoch }
      },
    },
    keepCoherent(memory, hears) {
      const kept = flaws.keepsCache ? { ...memory, dropAll() {} } : memory
      // In reality a thread of its own. No message arrives by the event loop, as if the thread that verifies never rested.
      const connect = (events: ConnectionEvents) =>
        connectNode(network.connect(process) as unknown as SessionClient, events)
      holdLease({ ...postTo({ shared, port: port2 }), connect, time })
      const real = followBoard({ shared, port: port1 }, kept, hears, time)
      coherence = flaws.coherent?.(real, shared) ?? real
      return { ...coherence, async close() {} }
    },
  }
  const options = {
    tokenPrefix: 'ramp',
    clock: time.wall,
    usage: { note() {}, noteRefusal() {} },
    onFailure() {},
    onDoubt() {},
  }
  const verifier = verifyOver(primary, options as unknown as VerifierOptions, cache)

  function verify({ secret, subject }: SimulatedToken): void {
    const wanted = answers.wanted(subject)
    const wantedOfAccount = answers.wanted(ACCOUNT.subject)
    verifier.verify(secret, PRESENTER, (verdict) => {
      if (verdict.outcome === 'unavailable') return
      if (verdict.outcome !== 'active') throw new Error(`A token that is there was ${verdict.outcome}.`)
      answers.believed(name, subject, stateOfToken(verdict.token), wanted)
      answers.believed(name, ACCOUNT.subject, stateOfAccount(verdict.account), wantedOfAccount)
    })
  }

  async function readSession(): Promise<void> {
    const wanted = answers.wanted(ACCOUNT.subject)
    const principal = await verifier.readPrincipal(ACCOUNT.id).catch(() => undefined)
    if (principal !== undefined)
      answers.believed(`${name}, session`, ACCOUNT.subject, stateOfAccount(principal), wanted)
  }

  const { random } = process.time
  const anyToken = () => TOKENS[Math.floor(random() * TOKENS.length)] as SimulatedToken
  function keepAsking(): void {
    verify(anyToken())
    if (random() < TWO_AT_ONCE) verify(anyToken())
    if (random() < TWO_AT_ONCE) void readSession()
    process.after(50 + random() * 200, keepAsking)
  }
  keepAsking()

  const seenStale = new Set<string>()
  /** Whether to ask for what is in memory in a state that an answered change has ended. */
  function isWorthAsking(how: 'token' | 'session', subject: string, state: number | undefined): boolean {
    const wanted = answers.wanted(subject)
    if (state === undefined || state >= wanted) return false
    const key = `${how} ${subject} ${wanted}`
    const isFirst = !seenStale.has(key)
    seenStale.add(key)
    // Without trust the verifier reads, which is worth looking at once. With trust it must not have kept this.
    return isFirst || coherence?.isTrusted() === true
  }

  return {
    process,
    network,
    isTrusted: () => coherence?.isTrusted() === true,
    /** Whether what it reads is kept. */
    keeps: () => verifier.statistics.cachedTokens() > 0,
    fromMemory: () => verifier.statistics.cacheHits,
    /** Asks for what is in memory and should not be believed: a call may begin at any instant. */
    look(): void {
      if (process.isStopped || process.isKilled) return
      const account = cache.accounts.peek(ACCOUNT.id)
      const stateInMemory = account && stateOfAccount(account)
      if (isWorthAsking('session', ACCOUNT.subject, stateInMemory)) void readSession()
      for (const token of TOKENS) {
        const kept = cache.tokens.peek(token.id)
        const isAsked =
          isWorthAsking('token', token.subject, kept && stateOfToken(kept)) ||
          isWorthAsking('token', ACCOUNT.subject, stateInMemory)
        if (isAsked) verify(token)
      }
    },
    close: () => port1.close(),
  }
}
