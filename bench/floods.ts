import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { FLOODS, type Flooded, type FloodName } from './flood-kinds.ts'
import type { END, FloodOrder } from './flood-load.ts'
import { pinToServerCore, SERVER_FLAGS } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, ratios, spread } from './statistics.ts'

/**
 * How long a verification waits at the longest while somebody floods the server: against the longest wait of an undisturbed period
 * of the same length right before. `node bench/floods.ts [--seconds 3] [--postgres] [name …]` shows some floods, once each.
 */

const ROUNDS = 3
const SECONDS = 10
const PROBE_EVERY_MS = 20
/** What a flood has left behind is done by then. */
const CALM_MS = 1500
const PORT = 17_270
const AT_MOST = 5

const PROGRAM = fileURLToPath(new URL('../packages/server/bin/ramp-server.js', import.meta.url))

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly names: readonly FloodName[]
}

const ALL: Options = { rounds: ROUNDS, seconds: SECONDS, names: Object.keys(FLOODS) as FloodName[] }

/** On both engines. */
export async function measureFloods(folder: string): Promise<Row[]> {
  const postgres = await startPostgres()
  try {
    await postgres.createDatabase('floods')
    return [
      ...(await floodsOn('SQLite', `sqlite:${join(folder, 'floods.db')}`, ALL)),
      ...(await floodsOn('PostgreSQL', `${postgres.url}/floods`, ALL)),
    ]
  } finally {
    await postgres.stop()
  }
}

async function floodsOn(engine: string, databaseUrl: string, { rounds, seconds, names }: Options): Promise<Row[]> {
  const token = await makeToken(databaseUrl)
  const server = await startServer(databaseUrl)
  const load = fork(fileURLToPath(new URL('flood-load.ts', import.meta.url)))
  const target: Flooded = { origin: server.origin, token, username: 'bench' }
  const rows: Row[] = []
  try {
    await longestWait(target, 2)
    for (const name of names) {
      const calm: number[] = []
      const flooded: number[] = []
      for (let round = 0; round < rounds; round++) {
        calm.push(await longestWait(target, seconds))
        load.send({ name, target } satisfies FloodOrder)
        flooded.push(await longestWait(target, seconds))
        await endFlood(load, name)
        await delay(CALM_MS)
      }
      const what = `${engine}: ${FLOODS[name].what}`
      rows.push({
        what: `${what}, longest wait / undisturbed`,
        value: ratios(flooded, calm),
        bound: { atMost: AT_MOST },
      })
      rows.push({ what: `${what}, longest wait, ms`, value: spread(flooded) })
    }
  } finally {
    load.kill()
    await server.stop()
  }
  return rows
}

async function endFlood(load: ChildProcess, name: FloodName): Promise<void> {
  load.send('end' satisfies typeof END)
  const [answers] = await once(load, 'message')
  process.stderr.write(`${name}: ${JSON.stringify(answers)}\n`)
}

/** In milliseconds. One question every 20 ms, whether or not those before are answered. */
async function longestWait({ origin, token }: Flooded, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  let longest = 0
  const probe = () =>
    new Promise<void>((resolve, reject) => {
      const asked = performance.now()
      const headers = { authorization: `Bearer ${token}` }
      const req = request(`${origin}/_auth/verify`, { agent, headers }, (res) => {
        longest = Math.max(longest, performance.now() - asked)
        if (res.statusCode !== 200) reject(new Error(`the verification was answered with ${res.statusCode}`))
        res.resume().on('end', resolve)
      })
      req.on('error', reject).end()
    })
  const probes: Promise<void>[] = []
  const began = performance.now()
  for (let next = began; next < began + seconds * 1000; next += PROBE_EVERY_MS) {
    await delay(Math.max(0, next - performance.now()))
    probes.push(probe())
  }
  await Promise.all(probes)
  agent.destroy()
  return longest
}

async function makeToken(databaseUrl: string): Promise<string> {
  const database = openDatabase(databaseUrl)
  await database.migrate()
  const [token = ''] = await seed(database, { tokens: 200, tokensPerAccount: 200, roles: ['GlobalTemplateViewer'] })
  await database.close()
  return token
}

/** The program itself, behind a proxy that it trusts: the load, which comes from many addresses. */
async function startServer(databaseUrl: string) {
  const child = spawn(process.execPath, [...SERVER_FLAGS, PROGRAM, 'serve'], {
    env: {
      ...process.env,
      RAMP_DATABASE_URL: databaseUrl,
      RAMP_PORT: String(PORT),
      RAMP_LOG_LEVEL: 'error',
      RAMP_TRUST_PROXY: '127.0.0.1',
      RAMP_ADMIN_USERNAME: 'bench',
      RAMP_ADMIN_PASSWORD: crypto.randomUUID(),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  pinToServerCore(child)
  const origin = `http://127.0.0.1:${PORT}`
  const isUp = () =>
    fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isUp())) await delay(50)
  return {
    origin,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

if (import.meta.main) {
  try {
    // What the prober itself waits for is nothing of the server's.
    setPriority(-10)
  } catch {
    // Not permitted: then the figures are a little larger.
  }
  const { parseArgs } = await import('node:util')
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '3' }, postgres: { type: 'boolean', default: false } },
  })
  const names = positionals.length > 0 ? (positionals as FloodName[]) : ALL.names
  const folder = mkdtempSync(join(tmpdir(), 'ramp-floods-'))
  const postgres = values.postgres ? await startPostgres() : undefined
  await postgres?.createDatabase('floods')
  const url = postgres ? `${postgres.url}/floods` : `sqlite:${join(folder, 'floods.db')}`
  for (const { what, value } of await floodsOn(postgres ? 'P' : 'S', url, {
    rounds: 1,
    seconds: Number(values.seconds),
    names,
  })) {
    console.log(what.padEnd(70), value.median.toFixed(1))
  }
  await postgres?.stop()
  rmSync(folder, { recursive: true })
}
