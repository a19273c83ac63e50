import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { provideProxies } from '../examples/proxies/test/support/proxy-programs.ts'
import { startProxy } from '../examples/proxies/test/support/start-proxy.ts'
import { type BenchServer, startServer } from './processes.ts'
import { type Row, spread } from './statistics.ts'

/** Requests a second through one nginx, as long as it has its turn. */
const RATE = 200
/** Of each nginx in a round, and how many requests each turn has: a fifth of a second. */
const TURNS = 10
const REQUESTS = 40
/** Through each nginx before, one after the other without a pause. */
const TO_COMPILE = 5000

/**
 * The same nginx three times before the same API, which is a process of its own: one asks nobody, one asks RAMP, and one
 * asks a bare `node:http` that lets everything through, which is what asking anybody in Node costs. The differences of
 * the medians, round by round. One request at a time, so whoever answers next was asleep before.
 *
 * They take turns and do not alternate: at half of the rate each would find the processor's caches colder.
 */
export async function measureBehindNginx(ramp: BenchServer, tokensFile: string, rounds: number): Promise<Row[]> {
  provideProxies()
  const tokens = readFileSync(tokensFile, 'utf8').split('\n')
  const [api, bare] = await Promise.all([startServer('', 'bare'), startServer('', 'bare')])
  const proxies = {
    open: await startProxy('nginx', { ramp: portOf(ramp), api: portOf(api) }, (text) =>
      text.replace('auth_request /_ramp/verify;', 'auth_request off;'),
    ),
    ramp: await startProxy('nginx', { ramp: portOf(ramp), api: portOf(api) }),
    bare: await startProxy('nginx', { ramp: portOf(bare), api: portOf(api) }),
  }
  const agent = new Agent({ keepAlive: true })
  // At 200 requests a second it would take minutes until all of their code is compiled, and what serves 64 at once is other code.
  for (const { origin } of Object.values(proxies)) {
    for (let index = 0; index < TO_COMPILE; index++) await timeOf(agent, `${origin}/runbooks`, anyOf(tokens))
  }
  const added: { readonly ramp: number[]; readonly bare: number[] } = { ramp: [], bare: [] }
  for (let round = -1; round < rounds; round++) {
    const times: Record<keyof typeof proxies, number[]> = { open: [], ramp: [], bare: [] }
    for (let turn = 0; turn < TURNS; turn++) {
      for (const name of inAnyOrder(Object.keys(times) as (keyof typeof proxies)[])) {
        times[name].push(...(await paced(agent, `${proxies[name].origin}/runbooks`, tokens)))
      }
    }
    // The first round warms up: connections and caches.
    if (round < 0) continue
    for (const name of ['ramp', 'bare'] as const)
      added[name].push(spread(times[name]).median - spread(times.open).median)
  }
  agent.destroy()
  await Promise.all([...Object.values(proxies), api, bare].map((each) => each.stop()))
  return [
    { what: 'behind nginx at 200/s: RAMP adds, ms', value: spread(added.ramp), bound: { atMost: 0.3 } },
    { what: '… a bare node:http in its place, ms', value: spread(added.bare) },
  ]
}

const portOf = ({ origin }: BenchServer) => Number(new URL(origin).port)

function inAnyOrder<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

/** A turn: how long each request took, in milliseconds. */
async function paced(agent: Agent, url: string, tokens: readonly string[]): Promise<number[]> {
  const times: number[] = []
  const start = performance.now()
  for (let index = 0; index < REQUESTS; index++) {
    await delay(Math.max(0, start + (index * 1000) / RATE - performance.now()))
    times.push(await timeOf(agent, url, anyOf(tokens)))
  }
  return times
}

const anyOf = (tokens: readonly string[]) => tokens[Math.floor(Math.random() * tokens.length)] as string

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
