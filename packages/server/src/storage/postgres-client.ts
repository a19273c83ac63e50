import { connect } from 'node:net'
import pg from 'pg'

/** Waiting longer than this for a connection or a lock answers 503: a caller's own patience is rarely more. */
export const WAIT_LIMIT_MS = 5000

/** Well below a lease: a renewal that takes longer is given up and begun anew. */
const LEASE_QUERY_LIMIT_MS = 1500

const READINESS_LIMIT_MS = 1000
/** The wait for a synchronous standby was cancelled. With the SQLSTATE of a transaction whose resolution is unknown. */
class CommittedHereOnly extends Error {
  override readonly message = 'The wait for the synchronous standby was cancelled.'
  readonly code = '08007'
}

type Callback = (error: Error | null, result?: unknown) => void

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
  declare readonly secretKey: number
  hasOwnSession = false
  /**
   * PostgreSQL answers a COMMIT with success, and a warning, if somebody cancels its wait for the standby: a failover would
   * lose the change. The warning has a text in the server's language and no code; its origin names it.
   */
  #isCommittedHereOnly = false

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
    this.on('notice', ({ routine }) => {
      if (routine === 'SyncRepWaitForLSN') this.#isCommittedHereOnly = true
    })
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
    const callback = typeof rest.at(-1) === 'function' ? (rest.pop() as Callback) : undefined
    const answered = this.#ask(asked, rest)
    if (callback === undefined) return answered as never
    answered.then((result) => callback(null, result), callback)
    return undefined as never
  }

  async #ask(asked: unknown, rest: unknown[]): Promise<unknown> {
    const isNamed = typeof asked === 'object' && asked !== null && 'name' in asked
    const sent = isNamed && !this.hasOwnSession ? { ...asked, name: undefined } : asked
    try {
      const result = await (Reflect.apply(super.query, this, [sent, ...rest]) as Promise<unknown>)
      if (this.#isCommittedHereOnly) throw new CommittedHereOnly()
      return result
    } catch (error) {
      if (error instanceof Error && error.message === 'Query read timeout') this.#abandon()
      throw error
    } finally {
      this.#isCommittedHereOnly = false
    }
  }

  /**
   * pg gives up on a query that hangs, but not on its connection, where everything else would wait behind it. And the
   * server would go on with it: a session that waits for a missing standby does not notice that its client is gone.
   */
  #abandon(): void {
    this.connection.stream.destroy()
    cancelQuery(this)
  }
} as new (
  config?: pg.ClientConfig,
) => SessionClient

/** Asks the server to cancel what a session does ("Canceling Requests in Progress" of PostgreSQL's protocol). It answers nothing. */
function cancelQuery({ host, port, processID, secretKey }: pg.Client & SessionKey): void {
  const request = Buffer.alloc(16)
  for (const [index, word] of [16, CANCEL_REQUEST, processID, secretKey].entries())
    request.writeInt32BE(word, 4 * index)
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  socket.on('error', () => {})
  socket.setTimeout(CANCEL_LIMIT_MS, () => socket.destroy())
  socket.end(request)
}

/** By which a session is known to the server. */
interface SessionKey {
  readonly processID: number
  readonly secretKey: number
}

const CANCEL_REQUEST = 80877102
const CANCEL_LIMIT_MS = 1000

/** For the one who holds a lease: not connected yet; the caller ends it. */
export function leaseClient(url: string): SessionClient {
  return new SessionClient({ ...connectionTo(url), query_timeout: LEASE_QUERY_LIMIT_MS, keepAlive: true })
}

/** For the one who says whether the database is well: it waits less than those who need it. */
export function readinessClient(url: string): SessionClient {
  const limits = { connectionTimeoutMillis: READINESS_LIMIT_MS, query_timeout: READINESS_LIMIT_MS }
  return new SessionClient({ ...connectionTo(url), ...limits, keepAlive: true })
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
