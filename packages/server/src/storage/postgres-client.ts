import pg from 'pg'

/** A connection, and whether it is a session of the server: known once it is connected. */
export type SessionClient = pg.Client & { readonly hasOwnSession: boolean }

/**
 * A client that finds out whether its connection is a session of the server. By a pooler such as PgBouncer it is not: each
 * transaction may run in another session, which others use in between, and what is left in one is not there for the next.
 * Statements are then sent without the names by which the server would keep them prepared.
 */
export const SessionClient = class extends pg.Client {
  /** Of the session, as the server said when it was connected. */
  declare readonly processID: number
  hasOwnSession = false

  override connect(): Promise<this>
  override connect(callback: (error: Error) => void): void
  override connect(callback?: (error: Error) => void): unknown {
    const connected = this.#connect()
    if (callback === undefined) return connected
    return connected.then(() => callback(undefined as unknown as Error), callback)
  }

  async #connect(): Promise<this> {
    // One that breaks must not end the process, not even before whoever asked for it has it and could listen.
    this.on('error', () => {})
    await super.connect()
    const { rows } = await super.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // A pooler cannot tell its client of a process that it has not chosen yet: it makes a number up.
    this.hasOwnSession = rows[0]?.pid === this.processID
    return this
  }

  /** In each of the ways that `pg.Client` declares. */
  override query(asked: unknown, ...rest: unknown[]): never {
    const isNamed = typeof asked === 'object' && asked !== null && 'name' in asked
    const sent = isNamed && !this.hasOwnSession ? { ...asked, name: undefined } : asked
    return Reflect.apply(super.query, this, [sent, ...rest]) as never
  }
} as new (
  config?: pg.ClientConfig,
) => SessionClient
