import {
  type CoherenceListener,
  type ConnectionEvents,
  coherentCache,
  holdLease,
  type LeaseConnection,
  type Renewal,
  type Report,
} from '@ramp/verifier/coherence'
import { LEASE_MS } from '../packages/server/src/storage/lease.ts'
import { Settlement } from '../packages/server/src/storage/settlement.ts'
import { ChangeWaiters } from '../packages/server/src/verification/change-waiters.ts'
import { Process, World } from '../packages/server/test/coherence/simulation/world.ts'
import { seededRandom } from '../packages/server/test/support/seeded-random.ts'
import { Server } from './scale-server.ts'

/**
 * Nodes and verifiers in three regions, around one primary: the real code of leases and settlement, on the simulated clock of the
 * coherence simulation. Networks and processors are modelled; what they cost is measured (docs/scale.md).
 */
export interface Regions {
  readonly nodes: number
  readonly verifiers: number
  readonly changes: number
  /** To the primary and back, by region. */
  readonly roundTripsMs: readonly number[]
}

export interface RegionsResult {
  /** Milliseconds that each change waited. */
  readonly settlementsMs: readonly number[]
  readonly statementsPerSecond: number
  /** Share of its time that the primary, and the busiest node, worked for leases. */
  readonly databaseBusy: number
  readonly busiestNode: number
}

/** Milliseconds of one core: a statement, each row that it renews, and a request over HTTP with its answer. */
const STATEMENT_MS = 0.15
const ROW_MS = 0.008
const REQUEST_MS = 0.06
/** Cores of the primary. */
const DATABASE_CORES = 4
/** From a verifier to its node, one way. */
const HOP_MS = 0.5
/** As `renewal-batch.ts` gathers. */
const GATHER_MS = 50
const TURN_MS = 1
const HOLD_MS = 1000
const WARM_UP_MS = 5000
const BETWEEN_CHANGES_MS = 700

interface Row {
  applied: number
  leaseUntil: number
}

const NO_CACHE = { dropToken() {}, dropAccount() {}, dropGroup() {}, dropAll() {} }

export async function simulateRegions({ nodes, verifiers, changes, roundTripsMs }: Regions): Promise<RegionsResult> {
  const world = new World(seededRandom(1).below1)
  world.isCalm = true
  const database = new Server(world, DATABASE_CORES)
  const rows = new Map<string, Row>()
  const subjects: string[] = []
  const epoch = () => subjects.length
  const told: ((epoch: number, subject: string) => void)[] = []
  let ids = 0

  const register = () => {
    const id = `lease ${ids++}`
    rows.set(id, { applied: epoch(), leaseUntil: world.now + LEASE_MS })
    return { id, epoch: epoch(), run: 'run', leaseMs: LEASE_MS }
  }
  const renewalSince = (applied: number): Renewal => ({ epoch: epoch(), run: 'run', changes: subjects.slice(applied) })
  const renew = ({ id, appliedEpoch }: Report, isAllTold = false): Renewal => {
    const row = rows.get(id)
    if (row === undefined) throw new Error('The lease is over.')
    row.applied = isAllTold ? epoch() : appliedEpoch
    row.leaseUntil = world.now + LEASE_MS
    return { ...renewalSince(appliedEpoch), isReported: isAllTold }
  }

  function startNode(index: number) {
    const process = new Process(world, 1)
    const oneWayMs = (roundTripsMs[index % roundTripsMs.length] as number) / 2
    const cpu = new Server(world, 1)
    const waiters = new ChangeWaiters(process.time.startTimer)
    /** There and back, with one statement between. */
    async function state<Answer>(work: () => Answer, rowsTouched = 0): Promise<Answer> {
      await world.sleep(oneWayMs)
      await database.work(STATEMENT_MS + ROW_MS * rowsTouched)
      const answer = work()
      await world.sleep(oneWayMs)
      return answer
    }
    const connect = async ({ told: tell }: ConnectionEvents): Promise<LeaseConnection> => {
      told.push((at, subject) => world.after(oneWayMs, () => tell({ epoch: at, subject })))
      return {
        pauseMs: 1000,
        register: () => state(register, 1),
        renew: (report, dropped) => {
          const isAllTold = () => dropped.length > 0 && dropped.at(-1)?.epoch === epoch()
          return state(() => renew(report, isAllTold()), 1)
        },
        release: async () => {},
        end: async () => {},
      }
    }
    const coherent: CoherenceListener & { appliedEpoch(): number } = coherentCache(NO_CACHE, process.time)
    const onRenewed = () => waiters.seen(coherent.appliedEpoch())
    holdLease({ listener: coherent, connect, onDoubt: fail, onRenewed, time: process.time })

    /** As renewal-batch.ts and read-together.ts do: one statement for all that come together. */
    const gather = <Asked, Answer>(each: (asked: Asked) => Answer) => {
      let waiting: { asked: Asked; done: (answer: Answer) => void; failed: (error: unknown) => void }[] = []
      let isSoon = false
      const send = async () => {
        const batch = waiting
        waiting = []
        isSoon = false
        if (batch.length === 0) return
        await state(() => {}, batch.length)
        for (const { asked, done, failed } of batch) {
          try {
            done(each(asked))
          } catch (error) {
            failed(error)
          }
        }
      }
      return (asked: Asked, waitMs: number) =>
        new Promise<Answer>((done, failed) => {
          waiting.push({ asked, done, failed })
          if (waitMs === TURN_MS && !isSoon) {
            isSoon = true
            world.after(TURN_MS, send)
          } else if (waiting.length === 1) world.after(waitMs, send)
        })
    }
    return {
      cpu,
      renewTogether: gather((report: Report) => renew(report)),
      readTogether: gather((applied: number) => renewalSince(applied)),
      coherent,
      waiters,
      settlement: new Settlement((at) => state(() => settledEpoch(at)), {
        now: process.time.monotonic,
        pause: (ms) => process.pause(ms),
      }),
      state,
    }
  }

  function settledEpoch(at: number): number {
    let least = Number.POSITIVE_INFINITY
    for (const [id, row] of rows) {
      if (row.applied < at && row.leaseUntil < world.now) rows.delete(id)
      else least = Math.min(least, row.applied)
    }
    return least
  }

  const running = Array.from({ length: nodes }, (_, index) => startNode(index))

  function startVerifier(index: number): void {
    const node = running[index % nodes] as (typeof running)[number]
    const process = new Process(world, 1)
    const reported = { epoch: -1 }
    /** A request to the node, which takes its turn there, and its answer. */
    async function call<Answer>(work: () => Promise<Answer>): Promise<Answer> {
      await world.sleep(HOP_MS)
      await node.cpu.work(REQUEST_MS)
      const answer = await work()
      await world.sleep(HOP_MS)
      return answer
    }
    const connect = async (): Promise<LeaseConnection> => ({
      pauseMs: 0,
      register: () => call(() => node.state(register, 1)),
      renew: (report) =>
        call(async () => {
          const saysNothingNew = reported.epoch === report.appliedEpoch
          reported.epoch = report.appliedEpoch
          const renewal = await node.renewTogether(report, saysNothingNew ? GATHER_MS : TURN_MS)
          if (renewal.epoch > report.appliedEpoch) return renewal
          if (node.coherent.appliedEpoch() <= report.appliedEpoch) await node.waiters.wait(report.appliedEpoch, HOLD_MS)
          return node.readTogether(report.appliedEpoch, TURN_MS)
        }),
      release: async () => {},
      end: async () => {},
    })
    const listener = coherentCache(NO_CACHE, process.time)
    world.after(world.between(0, HOLD_MS), () => {
      holdLease({ listener, connect, onDoubt: fail, time: process.time })
    })
  }
  for (let index = 0; index < verifiers; index++) startVerifier(index)

  const settlementsMs: number[] = []
  async function change(): Promise<void> {
    const node = running[Math.floor(world.between(0, nodes))] as (typeof running)[number]
    const at = await node.state(() => {
      const subject = `token:${epoch() + 1}`
      subjects.push(subject)
      for (const tell of told) tell(epoch(), subject)
      return epoch()
    })
    const began = world.now
    await node.settlement.settled(at)
    settlementsMs.push(world.now - began)
  }
  let statementsBefore = 0
  world.after(WARM_UP_MS, () => {
    statementsBefore = database.done
    for (const server of [database, ...running.map(({ cpu }) => cpu)]) server.busyMs = 0
  })
  for (let index = 0; index < changes; index++) {
    world.after(WARM_UP_MS + index * BETWEEN_CHANGES_MS, () => void change())
  }
  const measuredMs = changes * BETWEEN_CHANGES_MS + LEASE_MS
  await world.runUntil(WARM_UP_MS + measuredMs, () => {})
  if (settlementsMs.length < changes) throw new Error('a change was not settled')
  return {
    settlementsMs,
    statementsPerSecond: ((database.done - statementsBefore) / measuredMs) * 1000,
    databaseBusy: database.busyMs / measuredMs / DATABASE_CORES,
    busiestNode: Math.max(...running.map(({ cpu }) => cpu.busyMs)) / measuredMs,
  }
}

function fail(error: unknown): never {
  throw error
}
