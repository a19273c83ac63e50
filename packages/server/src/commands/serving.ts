import { once } from 'node:events'
import { Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { buildApp } from '../app.ts'
import { type Config, ConfigError } from '../config.ts'
import type { Database } from '../storage/database.ts'

type App = Awaited<ReturnType<typeof buildApp>>

/** Told to stop, requests have this long to finish; then their connections are cut: a hanging client must not keep us. */
const FINISH_LIMIT_MS = 10_000

/** … and what was noted has this long to be written: a hanging database must not keep us either. */
const SHUTDOWN_LIMIT_MS = 15_000

/** Throws {@link ConfigError} for an address that this server cannot have. */
export async function listen(app: App, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    throw new ConfigError(`RAMP_HOST and RAMP_PORT name an address that this server cannot have (${error.code}).`)
  }
}

/**
 * Makes SIGTERM and SIGINT end this process in order, and returns how to do it without one: requests finish, usage is
 * written, and after `beforeExit` the database is closed.
 */
export function stopInOrder(
  app: App,
  database: Database,
  beforeExit: () => Promise<unknown> = async () => {},
): (reason: string) => Promise<void> {
  let isStopping = false
  const stop = async (reason: string): Promise<void> => {
    if (isStopping) return
    isStopping = true
    app.log.info({ reason }, 'finishing requests')
    setTimeout(() => app.server.closeAllConnections(), FINISH_LIMIT_MS).unref()
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref()
    await app.close()
    await beforeExit()
    await database.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  return stop
}

/**
 * Takes no new connections, makes each answer the last of its connection, and resolves when none is left. One that is
 * idle was promised some time (`Keep-Alive: timeout`) and gets it: closing it would cut a request that is on its way.
 */
export async function finishConnections(app: App): Promise<void> {
  app.finishConnections()
  const finished = once(app.server, 'close')
  // That of node:http would close the idle ones at once.
  Server.prototype.close.call(app.server)
  await Promise.race([finished, delay(app.server.keepAliveTimeout + FINISH_LIMIT_MS, undefined, { ref: false })])
}
