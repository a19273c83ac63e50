import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { startServerProcess } from '../../packages/server/test/support/server-process.ts'

export interface Ramp {
  readonly origin: string
  /** The file of the SQLite database. */
  readonly database: string
  readonly admin: { readonly username: string; readonly password: string }
}

/** The real server, as a process, on a new SQLite database; ends with the test. */
export async function startRamp({ onTestFinished }: TestContext): Promise<Ramp> {
  const folder = mkdtempSync(join(tmpdir(), 'ramp-e2e-'))
  const database = join(folder, 'ramp.db')
  const admin = { username: 'ada', password: 'chosen by the operator' }
  const server = await startServerProcess({
    env: {
      RAMP_DATABASE_URL: `sqlite:${database}`,
      RAMP_ADMIN_USERNAME: admin.username,
      RAMP_ADMIN_PASSWORD: admin.password,
      RAMP_LOG_LEVEL: 'info',
    },
  })
  onTestFinished(async () => {
    server.kill('SIGTERM')
    await server.exited
    rmSync(folder, { recursive: true })
  })
  return { origin: server.origin, database, admin }
}
