import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { openDatabase } from '../storage/open-database.ts'
import { ensureFirstAdministrator } from './first-administrator.ts'

/** A signal ends the server in order, but not later than this: a hanging client must not keep it. */
const SHUTDOWN_LIMIT_MS = 10_000

/** Migrates, makes the first administrator if there is none, and serves until SIGTERM or SIGINT. */
export async function serve(config: Config): Promise<void> {
  const database = openDatabase(config.databaseUrl)
  await database.migrate()
  const administrator = await ensureFirstAdministrator(database, config, Date.now())
  const app = await buildApp({ config, database })
  const address = await app.listen({ host: config.host, port: config.port })

  // To the terminal and nowhere else: the log, which is kept, must not have a password.
  if (administrator?.mustChangePassword) {
    process.stderr.write(
      `\n  First start: sign in at ${config.publicUrl ?? address} as ${administrator.username} with the password\n\n      ${administrator.password.expose()}\n\n  It is shown this once and has to be changed at the first sign-in.\n\n`,
    )
  }

  let isStopping = false
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) return
    isStopping = true
    app.log.info({ signal }, 'finishing requests')
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MS).unref()
    await app.close()
    await database.close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
