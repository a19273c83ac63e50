import type { Worker } from 'node:cluster'
import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { Line } from '../workers/line.ts'
import { openExisting } from './open-existing.ts'
import { finishConnections, listen, stopInOrder } from './serving.ts'

/** So long a worker that ends waits for the primary to take its leave. */
const LEAVE_LIMIT_MS = 2000

/** Serves at the port that the primary shares out, on a database that the primary has brought up to date. */
export async function serveAsWorker(config: Config, worker: Worker): Promise<void> {
  // A terminal that is closed tells all its processes; what it means, the primary decides.
  process.on('SIGHUP', () => {})
  const primary = new Line(worker)
  const database = await openExisting(config)
  const app = await buildApp({ config, database, primary })
  const stop = stopInOrder(app, database, () => primary.ask('leave', null, LEAVE_LIMIT_MS))
  primary.answer('retire', () => {
    void finishConnections(app).then(() => stop('retired'))
  })
  await listen(app, config)
}
