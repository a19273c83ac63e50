import pg from 'pg'

/** Waiting longer than this for a connection or a lock answers 503: a caller's own patience is rarely more. */
export const WAIT_LIMIT_MS = 5000

/** Well below a lease: a renewal that takes longer is given up and begun anew. */
const LEASE_QUERY_LIMIT_MS = 1500

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
    try {
      const { rows } = await super.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      // A pooler cannot tell its client of a process that it has not chosen yet: it makes a number up.
      this.hasOwnSession = rows[0]?.pid === this.processID
    } catch (error) {
      // A pool forgets whoever did not connect, and this one has.
      void super.end().catch(() => {})
      throw error
    }
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

/** For the one who holds a lease: not connected yet; the caller ends it. */
export function leaseClient(url: string): SessionClient {
  return new SessionClient({ ...connectionTo(url), query_timeout: LEASE_QUERY_LIMIT_MS, keepAlive: true })
}

/** What every connection has in common. */
export function connectionTo(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: WAIT_LIMIT_MS,
    application_name: 'ramp',
    types: { getTypeParser: parserFor as typeof pg.types.getTypeParser },
  }
}

/** Instants, epochs and counts are int8 and stay below 2^53: numbers, not strings. */
function parserFor(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return Number
  return pg.types.getTypeParser(oid, format as 'text')
}
