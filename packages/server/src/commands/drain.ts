import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { buildApp } from '../app.ts'

type App = Awaited<ReturnType<typeof buildApp>>

/** Longer than the second between two checks of a load balancer: without a connection for so long, none asks. */
const QUIET_MS = 1200

const LOOK_MS = 100

/**
 * The time between the order to stop and the end of service. `/readyz` answers 503, so load balancers send no more
 * requests; those that still arrive are served, each as the last of its connection. Resolves after `delayMs`, at once when
 * `hurry` aborts, or when no connection was open for {@link QUIET_MS}.
 */
export async function drain(app: App, delayMs: number, hurry: AbortSignal): Promise<void> {
  app.announceStop()
  const countConnections = promisify(app.server.getConnections.bind(app.server))
  const endAt = performance.now() + delayMs
  let busyAt = performance.now()
  const onConnection = () => {
    busyAt = performance.now()
  }
  app.server.on('connection', onConnection)
  while (!hurry.aborted && performance.now() < endAt && performance.now() - busyAt < QUIET_MS) {
    await delay(LOOK_MS, undefined, { signal: hurry }).catch(() => {})
    if ((await countConnections()) > 0) busyAt = performance.now()
  }
  app.server.off('connection', onConnection)
}
