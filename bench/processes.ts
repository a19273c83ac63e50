import { type ChildProcess, execFile, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ENOUGH, LoadOrder, LoadResult, Scenario, WatchOrder, WatchResult } from './load.ts'

/** The server has one core and the load the other, so that they do not take turns; without `taskset` both have all. */
const SERVER_CORE = '0'
const LOAD_CORE = '1'
const CAN_PIN = spawnSync('taskset', ['--version']).status === 0

/** As `npm start` has them. */
export const SERVER_FLAGS = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=50',
  '--no-allocation-site-pretenuring',
  '--v8-pool-size=1',
]

/** … and `ramp-server`, from its second start on. */
const COMPILE_CACHE = join(tmpdir(), 'ramp-bench-compile-cache')

const run = promisify(execFile)
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export interface BenchServer {
  readonly origin: string
  residentMiB(): Promise<number>
  stop(): Promise<void>
}

/** Starts `server.ts`. */
export function startServer(databaseUrl: string, variant: 'ramp' | 'bare', options?: { isPinned: boolean }) {
  return startScript('server.ts', [databaseUrl, variant], options)
}

/**
 * Starts a script that prints its port, and waits until it listens. It has a core of its own, unless its memory is what is
 * measured: there the garbage collector's threads need the other.
 */
export async function startScript(
  name: string,
  args: readonly string[],
  { isPinned = true } = {},
): Promise<BenchServer> {
  const child = fork(script(name), args, {
    execArgv: SERVER_FLAGS,
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  if (isPinned) pin(child, SERVER_CORE)
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const { port } = JSON.parse(line.toString()) as { port: number }
  return {
    origin: `http://127.0.0.1:${port}`,
    async residentMiB() {
      child.send('memory')
      const [rssMiB] = (await once(child, 'message')) as [number]
      return rssMiB
    },
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

export interface Load {
  run(order: LoadOrder): Promise<LoadResult>
  /** Goes on until it is told to end, and returns what was answered in each window meanwhile. */
  watch(scenario: Scenario, windowMs: number): { end(): Promise<WatchResult> }
  stop(): Promise<void>
}

/** Starts `load.ts` on the core that the server leaves to it. */
export function startLoad(): Load {
  const child = fork(script('load.ts'))
  pin(child, LOAD_CORE)
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the load ended early: see above')))
  died.catch(() => {})
  function tell<Result>(order: LoadOrder | WatchOrder): Promise<Result> {
    child.send(order)
    return Promise.race([new Promise<Result>((resolve) => child.once('message', resolve as () => void)), died])
  }
  return {
    run: (order) => tell(order),
    watch(watched, windowMs) {
      const result = tell<WatchResult>({ watched, windowMs })
      return {
        end() {
          child.send('enough' satisfies typeof ENOUGH)
          return result
        },
      }
    },
    async stop() {
      child.kill('SIGTERM')
      await died.catch(() => {})
    },
  }
}

/** From the start of `ramp-server serve` on a database that exists to its first answer, in milliseconds. */
export async function timeToFirstAnswer(databaseUrl: string): Promise<number> {
  const started = performance.now()
  const child = fork(script('../packages/server/bin/ramp-server.js'), ['serve'], {
    execArgv: SERVER_FLAGS,
    env: { ...process.env, RAMP_DATABASE_URL: databaseUrl, RAMP_PORT: String(START_PORT), RAMP_LOG_LEVEL: 'error' },
  })
  while (!(await answers(`http://127.0.0.1:${START_PORT}/healthz`))) await delay(5)
  const took = performance.now() - started
  child.kill('SIGTERM')
  await once(child, 'exit')
  return took
}

const START_PORT = 17_267

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

/** Runs one of the in-process measurements alone on a core and returns what it prints. */
export async function measure<T>(name: string, ...args: readonly string[]): Promise<T> {
  const node = [process.execPath, script(name), ...args]
  const command = CAN_PIN ? ['taskset', '-c', SERVER_CORE, ...node] : node
  const { stdout } = await run(command[0] as string, command.slice(1), { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as T
}

function pin(child: ChildProcess, core: string): void {
  if (CAN_PIN && child.pid !== undefined) spawnSync('taskset', ['-acp', core, String(child.pid)])
}
