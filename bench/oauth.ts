import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { provideProxies } from '../examples/proxies/test/support/proxy-programs.ts'
import { startProxy } from '../examples/proxies/test/support/start-proxy.ts'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { type BenchServer, startLoad, startServer } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, ratios, spread } from './statistics.ts'

const ROUNDS = 7
const TURNS = 20
const TURN_SECONDS = 0.15
const IN_USE = 1000

/** Requests a second through nginx, and how many of each kind in a round. */
const RATE = 200
const PACED_REQUESTS = 400

/** Introspection and forward authentication, each against an open route with the same payload; and what RAMP adds behind nginx. */
export async function measureOAuth(folder: string, rounds = ROUNDS): Promise<Row[]> {
  const url = `sqlite:${join(folder, 'oauth.db')}`
  const database = openDatabase(url)
  await database.migrate()
  const tokens = await seed(database, { tokens: IN_USE, roles: ['GlobalTemplateViewer'] })
  const [caller = ''] = await seed(database, { tokens: 1, roles: ['TokenVerifier'] })
  await database.close()
  const tokensFile = join(folder, 'oauth.txt')
  writeFileSync(tokensFile, tokens.join('\n'))
  const server = await startServer(url, 'ramp')
  try {
    return [...(await overHttp(server, tokensFile, caller, rounds)), await behindNginx(server, tokens, rounds)]
  } finally {
    await server.stop()
  }
}

async function overHttp({ origin }: BenchServer, tokensFile: string, caller: string, rounds: number): Promise<Row[]> {
  const load = startLoad()
  const scenarios = {
    openForm: { url: `${origin}/bench/open-form`, tokensFile, introspectedBy: `Bearer ${caller}` },
    introspection: { url: `${origin}/oauth2/introspect`, tokensFile, introspectedBy: `Bearer ${caller}` },
    openHeaders: { url: `${origin}/bench/open-headers`, tokensFile },
    forwardAuth: { url: `${origin}/_auth/verify`, tokensFile },
  }
  const measured = { openForm: [], introspection: [], openHeaders: [], forwardAuth: [] } as Record<
    keyof typeof scenarios,
    number[]
  >
  for (let round = -1; round < rounds; round++) {
    const perSecond = await load.run({ scenarios, turns: TURNS, until: { seconds: TURN_SECONDS } })
    // The first round warms up: caches, and the compiler.
    if (round < 0) continue
    for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[])
      measured[name].push(perSecond[name] as number)
  }
  await load.stop()
  return [
    {
      what: 'HTTP: introspection / open route',
      value: ratios(measured.introspection, measured.openForm),
      bound: { atLeast: 0.9 },
    },
    {
      what: 'HTTP: forward authentication / open route',
      value: ratios(measured.forwardAuth, measured.openHeaders),
      bound: { atLeast: 0.9 },
    },
  ]
}

/** The same nginx twice before the same API, once without asking RAMP; the difference of the medians, round by round. */
async function behindNginx({ origin }: BenchServer, tokens: readonly string[], rounds: number): Promise<Row> {
  provideProxies()
  const port = Number(new URL(origin).port)
  const asking = await startProxy('nginx', { ramp: port, api: port })
  const open = await startProxy('nginx', { ramp: port, api: port }, (text) =>
    text.replace('auth_request /_ramp/verify;', 'auth_request off;'),
  )
  const agent = new Agent({ keepAlive: true })
  const added: number[] = []
  for (let round = -1; round < rounds; round++) {
    const times: { readonly asking: number[]; readonly open: number[] } = { asking: [], open: [] }
    const start = performance.now()
    for (let index = 0; index < 2 * PACED_REQUESTS; index++) {
      await delay(Math.max(0, start + (index * 1000) / RATE - performance.now()))
      const [list, proxy] = index % 2 === 0 ? [times.asking, asking] : [times.open, open]
      list.push(await timeOf(agent, `${proxy.origin}/bench/open`, tokens[index % tokens.length] as string))
    }
    if (round >= 0) added.push(spread(times.asking).median - spread(times.open).median)
  }
  agent.destroy()
  await Promise.all([asking.stop(), open.stop()])
  return { what: 'behind nginx at 200/s: RAMP adds, ms', value: spread(added), bound: { atMost: 0.3 } }
}

/** From sending a request to the end of its answer, in milliseconds. */
function timeOf(agent: Agent, url: string, token: string): Promise<number> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (res) => {
      if (res.statusCode !== 200) reject(new Error(`refused: ${res.statusCode}`))
      res.resume().on('end', () => resolve(performance.now() - started))
    })
      .on('error', reject)
      .end()
  })
}
