import { pino } from 'pino'
import { catalogueOf } from '../app.ts'
import type { Config } from '../config.ts'
import { loggerOptions } from '../http/logging.ts'
import { MAINTENANCE_INTERVAL_MS } from '../maintenance.ts'
import { Workers } from '../workers/workers.ts'
import { announceFirstAdministrator } from './first-administrator.ts'
import { openMigrated } from './open-migrated.ts'

/**
 * The primary: migrates, makes the first administrator if there is none, and has so many workers serve. SIGTERM and
 * SIGINT end them all in order, SIGHUP replaces them one by one. It holds no database open and answers no request.
 */
export async function serveByWorkers(config: Config, count: number): Promise<void> {
  catalogueOf(config)
  const { database } = await openMigrated(config)
  try {
    await announceFirstAdministrator(database, config)
  } finally {
    await database.close()
  }
  const log = pino(loggerOptions(config.logLevel))
  const workers = new Workers(count, log, (soonEnded) => {
    process.stderr.write(
      `No worker stays: ${soonEnded} in a row have ended soon after their start; see above for why.\n`,
    )
    void workers.stop().then(() => process.exit(1))
  })

  let isStopping = false
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) return
    isStopping = true
    log.info({ signal }, 'ending all workers')
    process.exit((await workers.stop()) ? 0 : 1)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => void workers.replaceAll())
  setInterval(() => workers.exchange.maintain(), MAINTENANCE_INTERVAL_MS)

  const failure = await workers.start()
  if (failure === undefined || isStopping) return
  // With 1 a worker ends that has said why.
  if (failure.code !== 1) process.stderr.write(`The first worker ended (${failure.signal ?? failure.code}).\n`)
  process.exit(1)
}
