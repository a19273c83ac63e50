import { Problem } from '../../../src/core/problem.ts'
import type { Services } from '../../../src/services.ts'
import type { Leases } from '../../../src/storage/lease.ts'
import { Settlement } from '../../../src/storage/settlement.ts'
import { type Machine, sqliteLeases } from '../../../src/storage/sqlite-leases.ts'
import { renewLease } from '../../../src/verifiers/renew-lease.ts'
import type { Answer, Request } from './http-link.ts'
import { flawed, type ServerFlaws } from './server-flaws.ts'
import type { Copy, SqliteFile } from './sqlite-file.ts'
import { Process, type World } from './world.ts'

/** As often as a server looks at the file for those who wait for a change. */
const LOOK_MS = 5

const HOLDER = 'the service'

/** A machine with a SQLite file and two servers on it. */
export class SqliteMachine {
  readonly #world: World
  readonly #file: SqliteFile
  readonly #flaws: ServerFlaws
  /** All its processes have one. */
  readonly #rate: number
  readonly #clock: Process
  #bootedAt = 0
  #boots = 0
  #copies = 0
  readonly servers: SqliteServer[]

  constructor(world: World, file: SqliteFile, rate: number, flaws: ServerFlaws) {
    this.#world = world
    this.#file = file
    this.#flaws = flaws
    this.#rate = rate
    this.#clock = new Process(world, rate)
    this.servers = [this.#newServer(), this.#newServer()]
  }

  #newServer(): SqliteServer {
    const machine = {
      monotonicMs: () => Math.floor(this.#clock.time.monotonic() - this.#bootedAt),
      runOf: () => `boot ${this.#boots}, copy ${this.#flaws.missesCopies ? 0 : this.#copies}`,
    }
    return new SqliteServer(this.#world, new Process(this.#world, this.#rate), this.#file, machine, this.#flaws)
  }

  /** One that is there, as whoever shares the port out finds it. */
  serve(request: Request): Promise<Answer> {
    const there = this.servers.filter(({ process }) => !process.isKilled)
    const server = there[Math.floor(this.#world.between(0, there.length))]
    return server === undefined ? Promise.reject(new Error('Refused.')) : server.serve(request)
  }

  kill(index: number, forMs: number): void {
    const killed = this.servers[index] as SqliteServer
    killed.kill()
    this.#world.after(forMs, () => {
      if (this.servers[index] === killed) this.servers[index] = this.#newServer()
    })
  }

  suspend(forMs: number): void {
    const processes = [this.#clock, ...this.servers.map(({ process }) => process)]
    for (const process of processes) process.stop(true)
    this.#world.after(forMs, () => {
      for (const process of processes) process.goOn()
    })
  }

  /** Its clock begins anew. */
  reboot(forMs: number): void {
    this.#clock.goOn()
    this.#boots++
    this.#bootedAt = this.#clock.time.monotonic()
    for (const index of this.servers.keys()) this.kill(index, forMs)
  }

  /** An older copy of the file takes its place. */
  restore(copy: Copy, forMs: number): void {
    this.#copies++
    for (const index of this.servers.keys()) this.kill(index, forMs)
    this.#file.restore(copy)
  }
}

/** The code of a server that has to do with leases, over a file that others use, too. */
export class SqliteServer {
  readonly process: Process
  readonly started: Promise<void>
  readonly #world: World
  readonly #file: SqliteFile
  readonly #flaws: ServerFlaws
  readonly #leases: ReturnType<typeof sqliteLeases>
  readonly #settlement: Settlement
  readonly #services: Services
  readonly #pending = new Set<(error: unknown) => void>()

  constructor(world: World, process: Process, file: SqliteFile, machine: Machine, flaws: ServerFlaws) {
    this.#world = world
    this.process = process
    this.#file = file
    this.#flaws = flaws
    this.#leases = flawed(
      sqliteLeases(() => file.db, 'ramp.db', machine),
      file.db,
      machine,
      flaws,
    )
    const { leases, settledEpoch, noteRun } = this.#leases
    // As `Database.migrate` does.
    this.started = flaws.notesLate ? Promise.resolve() : file.alone(noteRun)
    this.#settlement = new Settlement((epoch) => file.alone(() => settledEpoch(epoch)), {
      now: process.time.monotonic,
      pause: (ms) => process.pause(ms),
    })
    const alone: Leases = {
      register: (...given) => file.alone(() => leases.register(...given)),
      renew: (...given) => file.alone(() => leases.renew(...given)),
      changesSince: (...given) => file.alone(() => leases.changesSince(...given)),
      release: (...given) => file.alone(() => leases.release(...given)),
      list: leases.list,
    }
    const verifier = { changedSince: (epoch: number, ms: number) => this.#changedSince(epoch, ms) }
    this.#services = { database: { leases: alone }, verifier } as unknown as Services
  }

  kill(): void {
    this.process.isKilled = true
    for (const reject of this.#pending) reject(new Error('The server went away.'))
  }

  /** As verifiers/verifier-routes.ts answers. */
  serve({ method, path, body }: Request): Promise<Answer> {
    const { leases } = this.#services.database
    const id = path.split('/')[1] ?? ''
    return this.#call<Answer>(async () => {
      if (path === '/introspect') return { status: 200, body: await this.#introspect(body as { token: string }) }
      if (method === 'DELETE') {
        await leases.release(id, HOLDER)
        return { status: 204 }
      }
      if (path.endsWith('/renew')) {
        const report = body as { appliedEpoch: number; renewals: number; waitMs: number }
        try {
          return { status: 200, body: await renewLease(this.#services, HOLDER, { id, used: [], ...report }) }
        } catch (error) {
          if (error instanceof Problem) return { status: 404, body: { code: error.code } }
          throw error
        }
      }
      const { formerId } = body as { formerId?: string }
      const holder = { kind: 'service' as const, name: 'service', version: '', accountId: HOLDER }
      return { status: 201, body: { ...(await leases.register(holder, formerId, 0)), tokenPrefix: 'ramp' } }
    })
  }

  /** As `Database.write` does it, on SQLite. Returns the state that the token was put into. */
  change(token: string, name: string): Promise<number> {
    return this.#call(async () => {
      const { state, epoch, isOwn, isAwaited } = await this.#file.transaction(async (trx) => {
        const before = this.#file.epoch
        const state = this.#file.change(token, name)
        const { epoch } = this.#file
        return { state, epoch, isOwn: epoch > before, isAwaited: await this.#leases.concerns(trx) }
      })
      const waits = isAwaited && !this.#flaws.answersUnsettled && (isOwn || !this.#flaws.answersRepetitions)
      if (waits) await this.#settlement.settled(epoch)
      return state
    })
  }

  /** As verification/sqlite-verifier.ts: it looks at the file each time. */
  async #introspect({ token }: { token: string }) {
    const { epoch } = this.#file
    const state = this.#file.stateOf(token)
    await this.process.pause(this.#world.between(0, this.#world.isUnlucky() ? 500 : 1))
    return { outcome: 'active', epoch, credential: { permissions: [String(state)] } }
  }

  #changedSince(epoch: number, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        giveUp()
        this.#file.watchers.delete(later)
        resolve()
      }
      const look = () => {
        if (this.#file.epoch > epoch) done()
      }
      const later = () => void this.process.after(this.#world.between(0, LOOK_MS), look)
      const giveUp = this.process.after(ms, done)
      this.#file.watchers.add(later)
      look()
    })
  }

  /** Rejects if it is killed meanwhile; waits while it is stopped. */
  #call<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.process.isKilled) throw new Error('Refused.')
      this.#pending.add(reject)
      const end = (settle: () => void) =>
        this.process.deliver(() => {
          this.#pending.delete(reject)
          settle()
        })
      this.process.deliver(() =>
        this.started.then(work).then(
          (result) => end(() => resolve(result)),
          (error) => end(() => reject(error)),
        ),
      )
    })
  }
}
