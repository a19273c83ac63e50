import type { SimulatedDatabase, Statement } from './database.ts'
import { Link } from './link.ts'
import type { Process, World } from './world.ts'

/** As long as a real client waits for an answer. */
const QUERY_LIMIT_MS = 1500

/** How late a connection that was ended may still be an error. */
const LATE_ERROR_MS = 3000

/** What one process sends to the database, and what comes back: late, twice, or never. */
export class Network extends Link {
  readonly #database: SimulatedDatabase
  /** Whether the database takes long for what comes from here. */
  isSlowlyServed = false
  /** Whether a notification arrives. */
  isTelling = true
  #connections = new Set<Connection>()

  constructor(world: World, database: SimulatedDatabase) {
    super(world)
    this.#database = database
    database.onChange((told) => {
      for (const connection of this.isTelling ? this.#connections : []) connection.tell(told)
    })
    database.onStop(() => this.cut(true))
  }

  /** Every connection breaks, or only those of clients; the process hears of it, unless the network swallows that, too. */
  cut(isPoolToo: boolean): void {
    for (const connection of this.#connections) if (isPoolToo || connection.isClient) connection.break()
  }

  override heal(): void {
    super.heal()
    this.isSlowlyServed = false
    this.isTelling = true
  }

  connect(process: Process): Connection {
    const connection = new Connection(this, this.#database, process)
    this.#connections.add(connection)
    return connection
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection)
  }
}

/**
 * What the real code takes for a client or a pool of `pg`, as far as it uses one. One that has a listener for errors is a client,
 * and of no use once it broke.
 */
export class Connection {
  readonly #network: Network
  readonly #database: SimulatedDatabase
  readonly #process: Process
  readonly #listeners = new Map<string, (event: unknown) => void>()
  #pending = new Set<(error: unknown) => void>()
  #isBroken = false

  constructor(network: Network, database: SimulatedDatabase, process: Process) {
    this.#network = network
    this.#database = database
    this.#process = process
  }

  on(event: 'error' | 'notification', listener: (event: unknown) => void): void {
    this.#listeners.set(event, listener)
  }

  get isClient(): boolean {
    return this.#listeners.has('error')
  }

  async connect(): Promise<void> {
    await this.ask(() => this.#database.connect())
  }

  async end(): Promise<void> {
    this.#network.forget(this)
    const { random } = this.#process.time
    const tell = () => this.#listeners.get('error')?.(new Error('It broke, although nobody needs it.'))
    if (random() < 0.5) this.#process.after(random() * LATE_ERROR_MS, tell)
  }

  /** As `pg` has it: by text and values, or by an object with both. */
  readonly query = async (asked: string | Statement, values: readonly unknown[] = []): Promise<{ rows: unknown[] }> => {
    const statement = typeof asked === 'string' ? { text: asked, values } : asked
    return { rows: await this.ask(() => this.#database.execute(statement, this.#network.isSlowlyServed)) }
  }

  /** Has the database do something, and brings its answer. */
  ask<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        giveUp()
        this.#pending.delete(fail)
        settle()
      }
      const fail = (error: unknown) => this.#process.deliver(() => end(() => reject(error)))
      const giveUp = this.#process.after(QUERY_LIMIT_MS, () => fail(new Error('No answer.')))
      this.#pending.add(fail)
      this.#network.carry(() => {
        if (this.#isBroken) return
        work().then((result) => {
          this.#network.carry(() => this.#process.deliver(() => end(() => resolve(result))))
        }, fail)
      })
      if (this.#network.isDoubling) this.#network.carry(() => void work().catch(() => {}))
    })
  }

  tell(payload: string): void {
    this.#network.carry(() => this.#process.deliver(() => this.#listeners.get('notification')?.({ payload })))
  }

  break(): void {
    const error = new Error('The connection broke.')
    if (this.isClient) {
      this.#isBroken = true
      this.#network.forget(this)
    }
    this.#network.carry(() => {
      for (const fail of this.#pending) fail(error)
      this.#process.deliver(() => this.#listeners.get('error')?.(error))
    })
  }
}
