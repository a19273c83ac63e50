import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startDaemon } from './daemon.ts'
import { providePrograms } from './debian-programs.ts'

/** A PgBouncer in front of a PostgreSQL server. */
export interface PgBouncer {
  /** `postgres://…` of a database by way of it. */
  urlOf(databaseUrl: string): string
  /** What it has logged. */
  said(): string
  stop(): Promise<void>
}

interface PgBouncerOptions {
  readonly poolMode: 'transaction' | 'session' | 'statement'
  /** Connections to the server for each database. */
  readonly poolSize: number
}

/** Starts one that lets in whoever comes, as the user that the URL of the server names. Everything else is its own default. */
export async function startPgBouncer(serverUrl: string, { poolMode, poolSize }: PgBouncerOptions): Promise<PgBouncer> {
  providePrograms(['pgbouncer'])
  const { hostname, port: serverPort, username, password } = new URL(serverUrl)
  const folder = mkdtempSync(join(tmpdir(), 'ramp-pgbouncer-'))
  const port = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${serverPort} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
default_pool_size = ${poolSize}
`,
  )
  // It refuses to run as root, and reads its file as whoever it becomes.
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const path of [folder, file]) chmodSync(path, 0o755)
  const daemon = await startDaemon('pgbouncer', { args: [...(isRoot ? ['-u', 'nobody'] : []), file], folder, port })
  return {
    urlOf(databaseUrl) {
      const url = new URL(databaseUrl)
      url.port = String(port)
      return url.href
    },
    said: daemon.said,
    async stop() {
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
