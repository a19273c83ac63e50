import { isIPv6 } from 'node:net'
import { buildApp } from '../app.ts'
import { type Config, ConfigError } from '../config.ts'
import { ensureFirstAdministrator } from './first-administrator.ts'
import { openMigrated } from './open-migrated.ts'

/** After a signal, requests have this long to finish; then their connections are cut: a hanging client must not keep us. */
const FINISH_LIMIT_MS = 10_000

/** … and what was noted has this long to be written: a hanging database must not keep us either. */
const SHUTDOWN_LIMIT_MS = 15_000

/** Migrates, makes the first administrator if there is none, and serves until SIGTERM or SIGINT. */
export async function serve(config: Config): Promise<void> {
  const { database } = await openMigrated(config)
  const app = await buildApp({ config, database })
  const administrator = await ensureFirstAdministrator(database, config, Date.now())
  // At once, since it exists from here on, whatever comes next. To the terminal and nowhere else: the log, which is
  // kept, must not have a password.
  if (administrator?.mustChangePassword) {
    process.stderr.write(
      `\n  First start: sign in at ${addressOf(config)} as ${administrator.username} with the password\n\n      ${administrator.password.expose()}\n\n  It is shown this once and has to be changed at the first sign-in.\n\n`,
    )
  }
  await listen(app, config)

  let isStopping = false
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) return
    isStopping = true
    app.log.info({ signal }, 'finishing requests')
    setTimeout(() => app.server.closeAllConnections(), FINISH_LIMIT_MS).unref()
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref()
    await app.close()
    await database.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function listen(app: Awaited<ReturnType<typeof buildApp>>, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    throw new ConfigError(`RAMP_HOST and RAMP_PORT name an address that this server cannot have (${error.code}).`)
  }
}

function addressOf({ publicUrl, host, port }: Config): string {
  return publicUrl ?? `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}
