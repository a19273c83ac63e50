import type pg from 'pg'
import { postgresSettledEpoch } from '../../../src/storage/postgres-leases.ts'
import { Settlement } from '../../../src/storage/settlement.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { SUBJECTS } from './credentials.ts'
import { type DatabaseFlaws, SimulatedDatabase } from './database.ts'
import { type Connection, Network } from './network.ts'
import { FAULTS_END_MS, type Fault, type Outcome, type Schedule } from './schedule.ts'
import { type NodeFlaws, simulatedNode } from './simulated-node.ts'
import { Process, World } from './world.ts'

/** A rule that is broken on purpose, around the real code: the simulation has to find out. */
export interface Flaws extends DatabaseFlaws, NodeFlaws {
  readonly answersUnsettled?: boolean
  readonly answersRepetitions?: boolean
}

export const FAULTS = [
  ...['pause', 'suspend', 'kill', 'set the wall clock'],
  ...['slow network', 'swallowing network', 'doubling network', 'untold', 'cut'],
  ...['crash', 'restart', 'slow statements', 'prune', 'step of the database clock'],
] as const

export type FaultKind = (typeof FAULTS)[number]

const VERIFIERS = 3
const SERVERS = 2

/** Then a change is made at each server, and within this everything has to be well. */
const END_MS = FAULTS_END_MS + 10_000

/** What its clocks may lose within a lease is shared by the database's clock, which may step forward by the rest. */
const SLOWEST = 0.95
const FASTEST = 1.05
const FORWARD_STEP_MS = 40
const BETWEEN_FORWARD_STEPS_MS = 3500

/** Lets a schedule happen to the real code. */
export async function simulate({ seed, faults, changes }: Schedule<FaultKind>, flaws: Flaws = {}): Promise<Outcome> {
  const random = seededRandom(seed).below1
  const world = new World(random)
  const database = new SimulatedDatabase(world, flaws)
  /** Of each subject, the last change that was answered. */
  const answered = new Map<string, number>()
  let stale: string | undefined
  let answers = 0

  const newProcess = () => new Process(world, world.between(SLOWEST, FASTEST))
  const ledger = {
    wanted: (subject: string) => answered.get(subject) ?? 0,
    believed(where: string, subject: string, state: number, wanted: number) {
      if (state < wanted)
        stale ??= `${where} at ${world.now} ms: ${subject} as of change ${state}, after ${wanted} was answered`
    },
  }
  const nodes: ReturnType<typeof simulatedNode>[] = []
  function newVerifier(name: string, network: Network) {
    const node = simulatedNode({ name, process: newProcess(), network, database }, ledger, flaws)
    nodes.push(node)
    return node
  }

  function newServer(network: Network) {
    const process = newProcess()
    const pool: Connection = network.connect(process)
    const settlement = new Settlement((epoch) => postgresSettledEpoch(pool as unknown as pg.Pool, epoch), {
      now: process.time.monotonic,
      pause: (ms) => process.pause(ms),
    })
    /** As `Database.write` does it, and a client that tries until it is answered. */
    async function change(subject: string, name: string): Promise<void> {
      for (;;) {
        try {
          const { made, seen, isOwn } = await pool.ask(() => database.change(subject, name))
          if (!flaws.answersUnsettled && (isOwn || !flaws.answersRepetitions)) await settlement.settled(seen)
          answered.set(subject, Math.max(made, ledger.wanted(subject)))
          answers++
          return
        } catch {
          await process.pause(50)
        }
      }
    }
    return { process, network, change }
  }

  const names = Array.from({ length: VERIFIERS }, (_, index) => `verifier ${index}`)
  const verifiers = names.map((name) => newVerifier(name, new Network(world, database)))
  const servers = Array.from({ length: SERVERS }, () => newServer(new Network(world, database)))
  const make = (at: number, server: number, subject: number, name: string) =>
    world.after(at, () => void servers[server % SERVERS]?.change(SUBJECTS[subject % SUBJECTS.length] as string, name))

  let steppedAt = Number.NEGATIVE_INFINITY
  function strike({ kind, target, forMs }: Fault<FaultKind>): void {
    const index = target % (VERIFIERS + SERVERS)
    const struck = verifiers[index] ?? servers[index - VERIFIERS]
    if (struck === undefined) return
    const { process, network } = struck
    const later = (end: () => void) => world.after(forMs, end)
    switch (kind) {
      case 'pause':
      case 'suspend':
        // Of a machine's two clocks one is right: a suspended machine's wall clock, and the other one's monotonic clock.
        process.stop(kind === 'suspend' && index === 0)
        later(() => process.goOn())
        break
      case 'kill':
        if (index >= VERIFIERS) break
        process.isKilled = true
        later(() => {
          if (verifiers[index] === struck) verifiers[index] = newVerifier(`verifier ${index}, again`, network)
        })
        break
      case 'set the wall clock':
        process.setWallClock(index === 0 ? forMs : -forMs)
        break
      case 'slow network':
        network.slownessMs = forMs / 4
        later(() => network.heal())
        break
      case 'swallowing network':
        network.isSwallowing = true
        later(() => network.heal())
        break
      case 'doubling network':
        network.isDoubling = true
        later(() => network.heal())
        break
      case 'untold':
        network.isTelling = false
        later(() => network.heal())
        break
      case 'cut':
        network.cut(forMs > FAULTS_END_MS / 4)
        break
      case 'crash':
      case 'restart':
        database.stop()
        world.after(forMs / 10, () => database.start(kind === 'restart'))
        break
      case 'slow statements':
        network.isSlowlyServed = true
        later(() => network.heal())
        break
      case 'prune':
        database.prune()
        break
      case 'step of the database clock':
        if (forMs > FAULTS_END_MS / 4) database.stepClock(-forMs / 4)
        else if (world.now > steppedAt + BETWEEN_FORWARD_STEPS_MS) {
          steppedAt = world.now
          database.stepClock(FORWARD_STEP_MS)
        }
    }
  }

  world.after(FAULTS_END_MS, () => {
    world.isCalm = true
  })
  for (const fault of faults) {
    world.after(fault.atMs, () => strike({ ...fault, forMs: Math.min(fault.forMs, FAULTS_END_MS - fault.atMs) }))
  }
  for (const [index, { atMs, server, subject }] of changes.entries()) make(atMs, server, subject, `change ${index}`)
  for (const server of servers.keys()) make(FAULTS_END_MS + 2000, server, server, `last change ${server}`)

  await world.runUntil(END_MS, () => {
    for (const verifier of verifiers) verifier.look()
  })
  const untrusting = verifiers.filter(({ isTrusted, keeps }) => !isTrusted() || !keeps()).length
  const missing = changes.length + SERVERS - answers
  for (const node of nodes) node.close()
  const isWell = untrusting === 0 && missing === 0
  return {
    stale,
    stuck: isWell ? undefined : `${untrusting} verifiers trust or keep nothing, ${missing} changes are not answered`,
    fromMemory: nodes.reduce((sum, node) => sum + node.fromMemory(), 0),
    answered: answers,
  }
}
