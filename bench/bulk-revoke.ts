import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { type BenchServer, startLoad, startServer } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, type Spread, spread } from './statistics.ts'

const ROUNDS = 7
const TO_REVOKE = 100_000
const WINDOW_MS = 100
const WARM_UP_MS = 3000
const UNDISTURBED_MS = 3000

/** 100,000 tokens revoked by a filter over the API, while other tokens are verified as fast as it goes. */
export async function measureBulkRevocation(folder: string): Promise<Row[]> {
  const original = join(folder, 'revoke.db')
  const prepared = await prepare(`sqlite:${original}`, folder)
  const rounds: Measured[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const copy = join(folder, `revoke-${round}.db`)
    copyFileSync(original, copy)
    rounds.push(await revokeUnderLoad(`sqlite:${copy}`, prepared))
  }
  const of = (value: (measured: Measured) => number) => spread(rounds.map(value))
  return [
    { what: 'bulk revocation, tokens/s', value: of(({ perSecond }) => perSecond), bound: { atLeast: 20_000 } },
    {
      what: 'slowest 100 ms meanwhile / undisturbed',
      value: of(({ meanwhile }) => meanwhile.min),
      bound: { atLeast: 0.5 },
    },
    { what: '… the slowest tenth of them, up to', value: of(({ slowestTenth }) => slowestTenth) },
    { what: '… the median', value: of(({ meanwhile }) => meanwhile.median) },
    { what: 'slowest 100 ms undisturbed / their median', value: of(({ undisturbed }) => undisturbed.min) },
    ...(await onPostgres(folder)),
  ]
}

/** Stated, without a bound: one round. */
async function onPostgres(folder: string): Promise<Row[]> {
  const server = await startPostgres()
  try {
    await server.createDatabase('revoke')
    const url = `${server.url}/revoke`
    const { perSecond, meanwhile } = await revokeUnderLoad(url, await prepare(url, folder))
    return [
      { what: 'bulk revocation, PostgreSQL, tokens/s', value: spread([perSecond]) },
      { what: 'slowest 100 ms meanwhile, PostgreSQL', value: spread([meanwhile.min]) },
      { what: '… the median', value: spread([meanwhile.median]) },
    ]
  } finally {
    await server.stop()
  }
}

interface Prepared {
  /** Those in use meanwhile, one a line. */
  readonly tokensFile: string
  readonly administrator: string
  /** All that are to be revoked were made before it, the others after. */
  readonly createdBefore: string
}

async function prepare(url: string, folder: string): Promise<Prepared> {
  const database = openDatabase(url)
  await database.migrate()
  await seed(database, { tokens: TO_REVOKE, roles: ['GlobalTemplateViewer'] })
  const createdBefore = new Date(Date.now() + 1)
  while (Date.now() <= createdBefore.getTime());
  const tokensFile = join(folder, 'revoke-others.txt')
  writeFileSync(tokensFile, (await seed(database, { tokens: 1000, roles: ['GlobalTemplateViewer'] })).join('\n'))
  const [administrator = ''] = await seed(database, { tokens: 1, roles: ['Administrator'] })
  await database.close()
  return { tokensFile, administrator, createdBefore: createdBefore.toISOString() }
}

/** Verification in windows of 100 ms, over the median of the undisturbed ones. */
interface Measured {
  readonly perSecond: number
  readonly undisturbed: Spread
  readonly meanwhile: Spread
  /** A tenth of the windows meanwhile were slower. */
  readonly slowestTenth: number
}

async function revokeUnderLoad(url: string, prepared: Prepared): Promise<Measured> {
  // Not pinned to a core: what revokes is a thread, or a process, beside the one that verifies.
  const server = await startServer(url, 'ramp', { isPinned: false })
  const administrator = administratorOf(server, prepared.administrator)
  // The first call loads what this process calls with: not while windows are counted.
  await administrator.call('GET', 'revocation')
  const load = startLoad()
  const scenario = { url: `${server.origin}/bench/guarded`, tokensFile: prepared.tokensFile }
  const watch = load.watch(scenario, WINDOW_MS)
  await delay(WARM_UP_MS)
  await askBefore(administrator, prepared)
  await delay(WARM_UP_MS + UNDISTURBED_MS)
  const started = Date.now()
  const perSecond = await revoke(administrator, prepared)
  const ended = Date.now()
  const windows = await watch.end()
  administrator.close()
  await Promise.all([server.stop(), load.stop()])

  const answeredBetween = (from: number, to: number) =>
    windows.filter((window) => window.from + WINDOW_MS > from && window.from < to).map(({ answered }) => answered)
  const before = answeredBetween(started - UNDISTURBED_MS, started - WINDOW_MS)
  const { median } = spread(before)
  const meanwhile = answeredBetween(started, ended).map((answered) => answered / median)
  return {
    perSecond,
    undisturbed: spread(before.map((answered) => answered / median)),
    meanwhile: spread(meanwhile),
    slowestTenth: meanwhile.toSorted((a, b) => a - b)[Math.floor(meanwhile.length / 10)] as number,
  }
}

/**
 * Whoever revokes by a filter has to say how many that are, and so asks before. The next call of theirs is a POST that finds
 * nothing to do: to a server that runs the first one with a body is nothing new.
 */
async function askBefore(administrator: Administrator, { createdBefore }: Prepared): Promise<void> {
  const count = await administrator.call('GET', `count?createdBefore=${createdBefore}`)
  if (!count.includes(String(TO_REVOKE))) throw new Error(`not counted: ${count}`)
  const nothing = { filter: { createdBefore: new Date(0).toISOString() }, expectedCount: 0 }
  const revoked = await administrator.call('POST', 'revoke', nothing)
  if (!revoked.includes('"revoked":0')) throw new Error(`not found to be nothing: ${revoked}`)
}

/** Tokens a second. */
async function revoke(administrator: Administrator, { createdBefore }: Prepared): Promise<number> {
  const started = performance.now()
  const answer = await administrator.call('POST', 'revoke', { filter: { createdBefore }, expectedCount: TO_REVOKE })
  if (!answer.includes(`"revoked":${TO_REVOKE}`)) throw new Error(`not revoked: ${answer}`)
  return (TO_REVOKE / (performance.now() - started)) * 1000
}

interface Administrator {
  /** Returns the answer's body. */
  call(method: string, path: string, body?: object): Promise<string>
  close(): void
}

/** Over one connection that stays open while they think, as a browser's does. */
function administratorOf({ origin }: BenchServer, secret: string): Administrator {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    async call(method, path, body) {
      const headers = { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) }
      const req = request(`${origin}/api/v1/admin/tokens/${path}`, { agent, method, headers })
      req.end(body && JSON.stringify(body))
      const [res] = (await once(req, 'response')) as [IncomingMessage]
      return text(res)
    },
    close: () => agent.destroy(),
  }
}
