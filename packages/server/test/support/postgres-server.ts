import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './daemon.ts'
import { initialiseData, type PostgresProcess, startPostgresProcess } from './postgres-process.ts'
import { providePostgresPrograms } from './postgres-programs.ts'
import { type PostgresUser, providePostgresUser } from './postgres-user.ts'

/** A real PostgreSQL server in a temporary folder, from the programs that npm delivers. */
export interface PostgresServer {
  /** `postgres://…` without a database name. */
  readonly url: string
  createDatabase(name: string): Promise<void>
  /**
   * Ends it and starts it anew on the same data and port: another run, as after a failover. `asReplica`: it only reads from then on, as
   * a primary that has found another in its place, until it is started anew without.
   */
  restart(options?: { readonly asReplica?: boolean }): Promise<void>
  stop(): Promise<void>
}

const START_TRIES = 10

const PASSWORD = 'for-tests-on-loopback'

/** Nothing here has to outlive a power cut, so nothing waits for the disk. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'shared_buffers=64MB',
]

/**
 * Starts a server on a free port. Throws, with its output, if it cannot. `outlivesCrash`: committed changes survive a crash of
 * the server's processes, too.
 */
export async function startPostgres({ outlivesCrash = false } = {}): Promise<PostgresServer> {
  const programs = providePostgresPrograms()
  const folder = mkdtempSync(join(tmpdir(), 'ramp-postgres-'))
  const temporary = [folder, ...programs.temporary]
  const data = join(folder, 'data')
  const port = await freePort()
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}`
  const options = {
    programs: programs.folder,
    user: providePostgresUser(),
    data,
    port,
    settings: [...SETTINGS, ...(outlivesCrash ? ['synchronous_commit=on'] : [])],
    removedByWatchdog: temporary,
  }
  const removeFiles = () => {
    for (const path of temporary) rmSync(path, { recursive: true, force: true })
  }

  let server: PostgresProcess
  try {
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, PASSWORD)
    giveTo(options.user, folder, passwordFile)
    await initialiseData({ ...options, passwordFile })
    server = await startPostgresProcess(options)
  } catch (error) {
    removeFiles()
    throw error
  }
  return {
    url,
    createDatabase: (name) => createDatabase(url, name),
    async restart({ asReplica = false } = {}) {
      await server.stop()
      const signal = join(data, 'standby.signal')
      if (asReplica) writeFileSync(signal, '')
      else rmSync(signal, { force: true })
      server = await startAgain(options)
    },
    async stop() {
      await server.stop()
      removeFiles()
    },
  }
}

/** A server that was recovering from a crash when it was stopped may not start at the first try. */
async function startAgain(options: Parameters<typeof startPostgresProcess>[0]): Promise<PostgresProcess> {
  for (let tries = 1; ; tries++) {
    try {
      return await startPostgresProcess(options)
    } catch (error) {
      if (tries === START_TRIES) throw error
      await delay(500)
    }
  }
}

function giveTo({ uid, gid }: PostgresUser, ...paths: readonly string[]): void {
  if (uid === undefined || gid === undefined) return
  for (const path of paths) chownSync(path, uid, gid)
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
