import { type Coherence, keepCoherent, type StaleState, type Time } from '@ramp/verifier/coherence'
import { rampConnection } from '../../../../verifier/src/ramp-connection.ts'
import { SingleFlight } from '../../../../verifier/src/single-flight.ts'
import { UseCounter } from '../../../../verifier/src/use-counter.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { HttpLink } from './http-link.ts'
import { FAULTS_END_MS, type Fault, type Outcome, type Schedule } from './schedule.ts'
import type { ServerFlaws } from './server-flaws.ts'
import type { Copy, SqliteFile } from './sqlite-file.ts'
import { SqliteMachine } from './sqlite-machine.ts'
import { Process, World } from './world.ts'

/** A rule that is broken on purpose, around the real code: the simulation has to find out. */
export interface Flaws extends ServerFlaws {
  coherent?(coherence: Coherence): Coherence
  time?(time: Time): Time
  /** Nothing is forgotten as a whole. */
  readonly keepsCache?: boolean
  /** Whoever asks shares an answer that was asked for before. */
  readonly sharesOlder?: boolean
}

export const FAULTS = [
  ...['pause', 'suspend', 'kill', 'set the wall clock'],
  ...['slow network', 'swallowing network', 'doubling network', 'cut'],
  ...['pause of a server', 'kill of a server', 'suspended machine', 'reboot', 'restored copy', 'prune'],
] as const

export type FaultKind = (typeof FAULTS)[number]

const VERIFIERS = 3
const SERVERS = 2
const TOKENS = 2

/** Then a change is made at each server, and within this everything has to be well. */
const END_MS = FAULTS_END_MS + 12_000

/** What two machines' clocks may differ by within a lease. */
const SLOWEST = 0.97
const FASTEST = 1.03

/** How often somebody makes a copy of the file. */
const COPY_MS = 500

/** A server that is stopped answers nobody; whoever waits for a change asks again. */
const PATIENCE_MS = 8000

/** Lets a schedule happen to the real code: verifiers in services, by HTTP, and servers over one SQLite file. */
export async function simulate(
  file: SqliteFile,
  { seed, faults, changes }: Schedule<FaultKind>,
  flaws: Flaws = {},
): Promise<Outcome> {
  const random = seededRandom(seed).below1
  const world = new World(random)
  file.clear()
  const machine = new SqliteMachine(world, file, world.between(SLOWEST, FASTEST), flaws)
  await Promise.all(machine.servers.map(({ started }) => started))
  const copies: Copy[] = []
  /** Of each token, the last state that was answered. */
  const answered = new Map<string, number>()
  /** How often a copy took the file's place: what was answered before and is not in it is lost. */
  let era = 0
  let stale: string | undefined
  let fromMemory = 0
  let answers = 0

  const wantedOf = (token: string) => ({ era, state: answered.get(token) ?? 0 })
  const assertFresh = (where: string, token: string, state: number, wanted = wantedOf(token)) => {
    if (state < wanted.state && wanted.era === era)
      stale ??= `${where} at ${world.now} ms: ${token} in state ${state}, after ${wanted.state} was answered`
  }

  function newVerifier(name: string, link: HttpLink) {
    const process = new Process(world, world.between(SLOWEST, FASTEST))
    const cache = new Map<string, number>()
    const flights = new SingleFlight<number>()
    const fetch = link.fetchOf(process, (request) => machine.serve(request))
    const ramp = rampConnection({ url: 'http://ramp.test', token: 'token', name, fetch })
    const stored: StaleState = {
      dropToken: (id) => cache.delete(id),
      dropAccount() {},
      dropAllAccounts() {},
      dropAll: () => {
        if (!flaws.keepsCache) cache.clear()
      },
    }
    const real = keepCoherent({
      cache: stored,
      connect: async () => ramp.leases(new UseCounter(), () => {}),
      onDoubt() {},
      time: flaws.time?.(process.time) ?? process.time,
    })
    const coherence = flaws.coherent?.(real) ?? real
    const remembered = (token: string) => (coherence.isTrusted() ? cache.get(token) : undefined)
    const inTheAir = new Map<string, Promise<number>>()

    async function introspect(token: string): Promise<number> {
      const fill = coherence.beginFill()
      const { epoch, credential } = await ramp.introspect(token, {})
      const state = Number(credential?.permissions[0])
      if (coherence.mayKeep(fill, epoch)) cache.set(token, state)
      return state
    }
    function ask(token: string): Promise<number> {
      if (!flaws.sharesOlder)
        return flights.run(
          token,
          () => introspect(token),
          () => remembered(token),
        )
      const asked = inTheAir.get(token) ?? introspect(token).finally(() => inTheAir.delete(token))
      inTheAir.set(token, asked)
      return asked
    }
    /** As create-verifier.ts of @ramp/verifier does it. */
    async function verify(token: string): Promise<void> {
      const wanted = wantedOf(token)
      if (remembered(token) !== undefined) {
        fromMemory++
        return
      }
      try {
        assertFresh(`${name}, asked`, token, await ask(token), wanted)
      } catch {
        // `unavailable`.
      }
    }
    function keepVerifying(): void {
      void verify(`t${Math.floor(world.between(0, TOKENS))}`)
      process.after(world.between(50, 250), keepVerifying)
    }
    keepVerifying()

    return {
      process,
      link,
      coherence,
      /** What a verification that begins at this instant would be decided on. */
      look(): void {
        if (process.isStopped || process.isKilled || !coherence.isTrusted()) return
        for (const [token, state] of cache) assertFresh(name, token, state)
      },
    }
  }

  /** A client that tries until it is answered. */
  async function change(server: number, token: string, name: string): Promise<void> {
    for (;;) {
      const { era: eraBefore } = wantedOf(token)
      try {
        const call = (machine.servers[server % SERVERS] as SqliteMachine['servers'][number]).change(token, name)
        const state = await Promise.race([call, world.sleep(PATIENCE_MS).then(() => undefined)])
        if (state === undefined) throw new Error('No answer.')
        if (eraBefore === era) answered.set(token, Math.max(state, answered.get(token) ?? 0))
        answers++
        return
      } catch {
        await world.sleep(50)
      }
    }
  }

  const names = Array.from({ length: VERIFIERS }, (_, index) => `verifier ${index}`)
  const verifiers = names.map((name) => newVerifier(name, new HttpLink(world)))

  function strike({ kind, target, forMs }: Fault<FaultKind>): void {
    const index = target % VERIFIERS
    const struck = verifiers[index] as (typeof verifiers)[number]
    const { process, link } = struck
    const server = machine.servers[target % SERVERS] as SqliteMachine['servers'][number]
    const heal = () => world.after(forMs, () => link.heal())
    switch (kind) {
      case 'pause':
      case 'suspend':
        // Of a machine's two clocks one is right: a suspended machine's wall clock, and the other one's monotonic clock.
        process.stop(kind === 'suspend' && index === 0)
        world.after(forMs, () => process.goOn())
        break
      case 'kill':
        process.isKilled = true
        world.after(forMs, () => {
          if (verifiers[index] === struck) verifiers[index] = newVerifier(`verifier ${index}, again`, link)
        })
        break
      case 'set the wall clock':
        process.setWallClock(index === 0 ? forMs : -forMs)
        break
      case 'slow network':
        link.slownessMs = forMs / 4
        heal()
        break
      case 'swallowing network':
        link.isSwallowing = true
        heal()
        break
      case 'doubling network':
        link.isDoubling = true
        heal()
        break
      case 'cut':
        link.cut()
        break
      case 'pause of a server':
        server.process.stop(false)
        world.after(forMs, () => server.process.goOn())
        break
      case 'kill of a server':
        machine.kill(target % SERVERS, forMs)
        break
      case 'suspended machine':
        machine.suspend(forMs)
        break
      case 'reboot':
        machine.reboot(forMs / 10)
        break
      case 'restored copy': {
        const copy = copies.at(-1 - Math.floor(forMs / COPY_MS)) ?? copies[0]
        if (copy === undefined) break
        era++
        machine.restore(copy, forMs / 10)
        for (const [token, state] of answered) answered.set(token, Math.min(state, file.stateOf(token)))
        break
      }
      case 'prune':
        file.prune()
    }
  }

  function keepCopying(): void {
    copies.push(file.copy())
    if (world.now < FAULTS_END_MS) world.after(COPY_MS, keepCopying)
  }
  keepCopying()
  world.after(FAULTS_END_MS, () => {
    world.isCalm = true
  })
  for (const fault of faults) {
    world.after(fault.atMs, () => strike({ ...fault, forMs: Math.min(fault.forMs, FAULTS_END_MS - fault.atMs) }))
  }
  const make = (at: number, server: number, token: number, name: string) =>
    world.after(at, () => void change(server, `t${token % TOKENS}`, name))
  for (const [index, { atMs, server, subject }] of changes.entries()) make(atMs, server, subject, `change ${index}`)
  for (let server = 0; server < SERVERS; server++) {
    make(FAULTS_END_MS + 2000, server, server, `last change ${server}`)
  }

  await world.runUntil(END_MS, () => {
    for (const verifier of verifiers) verifier.look()
  })
  const untrusting = verifiers.filter(({ coherence }) => !coherence.isTrusted()).length
  const missing = changes.length + SERVERS - answers
  const isWell = untrusting === 0 && missing === 0
  return {
    stale,
    stuck: isWell ? undefined : `${untrusting} verifiers trust nothing, ${missing} changes are not answered`,
    fromMemory,
    answered: answers,
  }
}
