import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type PostgresServer, startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { CallRecorder, type Calls } from './history.ts'
import { type NetworkPath, networkPath } from './network-path.ts'
import type { Seen } from './verifier-process.ts'

const SERVER = fileURLToPath(new URL('../packages/server/bin/ramp-server.js', import.meta.url))
const VERIFIER = fileURLToPath(new URL('verifier-process.ts', import.meta.url))
const SKEWED_CLOCK = new URL('skewed-clock.ts', import.meta.url).href

export const ADMINISTRATOR = { username: 'admin', password: 'the administrator of the fault run' }

/** One server process, and its way to the database. */
export interface Node {
  readonly name: string
  readonly origin: string
  readonly toDatabase: NetworkPath
  process(): ChildProcess
  /** Starts it again, at the same address, after it was killed. */
  restart(): Promise<void>
}

/** One service with a verifier inside, and its way to a node. */
export interface VerifierProcess {
  readonly name: string
  /** Of the node that it asks. */
  readonly node: string
  readonly toNode: NetworkPath
  process(): ChildProcess
  /** By SIGKILL. Resolves when everything it has handed out was read. */
  kill(): Promise<void>
  /** Starts another in its place, if it was killed. */
  restart(): void
  tell(message: object): void
  /** Ends it, and returns what it and those before it have seen. */
  finish(): Promise<readonly Calls[]>
}

export interface Cluster {
  readonly postgres: PostgresServer
  readonly databaseUrl: string
  readonly nodes: readonly Node[]
  stop(): Promise<void>
}

/** Real processes on one PostgreSQL, each with a network of its own to it. */
export async function startCluster(count: number): Promise<Cluster> {
  const postgres = await startPostgres({ outlivesCrash: true })
  await postgres.createDatabase('faults')
  const databaseUrl = `${postgres.url}/faults`
  const nodes: Node[] = []
  while (nodes.length < count) nodes.push(await startNode(`node ${nodes.length + 1}`, databaseUrl))
  return {
    postgres,
    databaseUrl,
    nodes,
    async stop() {
      for (const { process: child, toDatabase } of nodes) {
        child().kill('SIGKILL')
        await toDatabase.close()
      }
      await postgres.stop()
    },
  }
}

async function startNode(name: string, databaseUrl: string): Promise<Node> {
  const url = new URL(databaseUrl)
  const port = Number(url.port)
  const toDatabase = await networkPath(() => port)
  url.port = String(toDatabase.port)
  const start = async (ownPort: number) => {
    const child = fork(SERVER, ['serve'], {
      execArgv: ['--import', SKEWED_CLOCK],
      env: {
        PATH: process.env['PATH'],
        RAMP_DATABASE_URL: url.href,
        RAMP_PORT: String(ownPort),
        RAMP_ADMIN_USERNAME: ADMINISTRATOR.username,
        RAMP_ADMIN_PASSWORD: ADMINISTRATOR.password,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    const origin = await new Promise<string>((resolve, reject) => {
      let printed = ''
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-20_000)
        const [, found] = /Server listening at (http:[^"\s]+)/.exec(printed) ?? []
        if (found !== undefined) resolve(found)
      })
      child.once('exit', () => reject(new Error(`${name} ended before it listened: ${printed}`)))
    })
    return { child, origin }
  }
  let { child, origin } = await start(0)
  const ownPort = Number(new URL(origin).port)
  /** Two faults may kill it at once: it is started once. */
  let restarting: Promise<void> | undefined
  /** As a supervisor does: again and again, while the database is away. */
  async function startAgain(): Promise<void> {
    for (;;) {
      try {
        child = (await start(ownPort)).child
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    }
  }
  return {
    name,
    origin,
    toDatabase,
    process: () => child,
    restart() {
      restarting ??= startAgain().finally(() => {
        restarting = undefined
      })
      return restarting
    },
  }
}

/** Starts a verifier that asks `node` and has a credential of its own. */
export async function startVerifier(name: string, node: Node, token: string): Promise<VerifierProcess> {
  const toNode = await networkPath(() => Number(new URL(node.origin).port))
  const options = JSON.stringify({ url: `http://127.0.0.1:${toNode.port}`, token, name })
  const kept = new Map<string, string>()
  const recorder = new CallRecorder(name)
  const start = () => {
    const started = fork(VERIFIER, [options], { execArgv: ['--import', SKEWED_CLOCK] })
    started.on('message', ({ calls }: Seen) => {
      for (const each of calls) recorder.add(each)
    })
    for (const each of kept) started.send({ add: each })
    return started
  }
  let child = start()
  /** What it has written is read to the end before the channel is found closed. */
  const gone = async () => void (child.connected && (await once(child, 'disconnect')))
  return {
    name,
    node: node.name,
    toNode,
    process: () => child,
    async kill() {
      child.kill('SIGKILL')
      await gone()
    },
    restart() {
      // Two faults may have killed it at once: it is replaced once.
      if (!child.connected) child = start()
    },
    tell(message: { add?: [string, string]; drop?: string }) {
      if (message.add) kept.set(...message.add)
      if (message.drop) kept.delete(message.drop)
      if (child.connected) child.send(message, () => {})
    },
    async finish() {
      if (child.connected) child.send({ finish: true })
      await gone()
      return recorder.take()
    },
  }
}
