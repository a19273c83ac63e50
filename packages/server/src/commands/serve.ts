import cluster from 'node:cluster'
import { parseArgs } from 'node:util'
import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { announceFirstAdministrator } from './first-administrator.ts'
import { openMigrated } from './open-migrated.ts'
import { serveAsWorker } from './serve-as-worker.ts'
import { serveByWorkers } from './serve-by-workers.ts'
import { listen, stopInOrder } from './serving.ts'

/** A slip of the finger must not take a machine down. */
const MOST_WORKERS = 256

/**
 * `serve [--workers <n>]`: migrates, makes the first administrator if there is none, and serves until SIGTERM or SIGINT;
 * with workers, by n processes at one port. Each of them runs this command, too.
 */
export async function serve(config: Config, args: readonly string[] = []): Promise<void> {
  const count = parseWorkers(args)
  if (count === undefined) return serveAlone(config)
  return cluster.worker ? serveAsWorker(config, cluster.worker) : serveByWorkers(config, count)
}

async function serveAlone(config: Config): Promise<void> {
  const { database } = await openMigrated(config)
  const app = await buildApp({ config, database })
  await announceFirstAdministrator(database, config)
  // Before anybody can know that it serves: who knows may end it.
  stopInOrder(app, database)
  await listen(app, config)
}

/** Undefined if workers are not asked for. */
function parseWorkers(args: readonly string[]): number | undefined {
  const wrong = new Error(`serve takes --workers with a number from 1 to ${MOST_WORKERS}, and nothing else.`)
  let text: string | undefined
  try {
    text = parseArgs({ args: [...args], options: { workers: { type: 'string' } } }).values.workers
  } catch {
    throw wrong
  }
  if (text === undefined) return undefined
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > MOST_WORKERS) throw wrong
  return count
}
