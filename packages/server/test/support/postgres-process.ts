/** The two programs of PostgreSQL that tests need, as child processes: `initdb` and `postgres`. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { PostgresUser } from './postgres-user.ts'

export interface ProcessOptions {
  /** Contains `initdb` and `postgres`. */
  readonly programs: string
  readonly user: PostgresUser
  /** The data directory. */
  readonly data: string
}

interface InitialisingOptions extends ProcessOptions {
  /** Of the superuser `postgres`. A file that the user can read. */
  readonly passwordFile: string
}

interface StartingOptions extends ProcessOptions {
  readonly port: number
  /** `name=value`, as in postgresql.conf. */
  readonly settings: readonly string[]
  /** The watchdog removes these folders when it has to end the server. */
  readonly removedByWatchdog: readonly string[]
}

export interface PostgresProcess {
  /** Disconnects every client and waits for the end. Does nothing if the server has ended already. */
  stop(): Promise<void>
}

/** The messages that we wait for are English only in this locale. */
const ENVIRONMENT = { ...process.env, LC_ALL: 'C' }

const READY = /database system is ready to accept (read-only )?connections/

/** Creates the data directory. Throws, with the output of `initdb`, if it cannot. */
export async function initialiseData({ programs, user, data, passwordFile }: InitialisingOptions): Promise<void> {
  const args = ['--username=postgres', '--auth=password', '--encoding=UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(`${programs}/initdb`, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...args], {
    ...user,
    env: ENVIRONMENT,
  })
}

/** Resolves once the server accepts connections: a standby, once it accepts reads. Rejects, with its output, if it ends before. */
export async function startPostgresProcess(options: StartingOptions): Promise<PostgresProcess> {
  const { programs, user, data, port, settings, removedByWatchdog } = options
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const child = spawn(`${programs}/postgres`, args, { ...user, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] })
  await once(child, 'spawn')
  const watchdog = startWatchdog(child, removedByWatchdog)
  const ended = once(child, 'close').then(() => watchdog.kill())
  const printed: string[] = []
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (printed.push(line) > LINES_KEPT) printed.shift()
      if (READY.test(line)) resolve()
    })
  })
  await Promise.race([ready, ended])
  if (hasEnded(child)) throw new Error(`PostgreSQL did not start:\n${printed.join('\n')}`)
  return {
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

const LINES_KEPT = 50

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/**
 * Ends the server when this process is gone without having stopped it, even by SIGKILL: the pipe to the watchdog
 * closes then. A server that ends otherwise takes its watchdog with it.
 */
function startWatchdog(server: ChildProcess, folders: readonly string[]): ChildProcess {
  const script = 'cat >/dev/null; kill -QUIT "$0" 2>/dev/null; sleep 1; rm -rf "$@"'
  const watchdog = spawn('/bin/sh', ['-c', script, String(server.pid), ...folders], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watchdog.unref()
  return watchdog
}
