import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type BenchDatabase, IN_USE, makeDatabase, ONE_ROLE } from '../database.ts'
import type { Scenario } from '../load.ts'
import { type BenchServer, measure, startLoad, startScript, startServer } from '../processes.ts'
import { ratios, spread } from '../statistics.ts'
import { SETTINGS } from './better-auth.ts'
import type { Measured } from './in-process.ts'
import { NOTES_NO_USE, TRAITS } from './traits.ts'

/** `npm run bench:peers [-- <rounds> <seconds a round and contestant>]`: prints what README.md explains. */
const [rounds = 7, seconds = 3] = process.argv.slice(2).map(Number)
/** A contestant's time in a round is cut into so many turns, in another order each time. */
const TURNS = 5

interface Line {
  readonly contestant: keyof typeof TRAITS
  readonly perSecond: readonly number[]
  readonly writes: string
}

const folder = mkdtempSync(join(tmpdir(), 'ramp-peers-'))
try {
  const url = `sqlite:${join(folder, 'ramp.db')}`
  const seeds = { one: ONE_ROLE, caller: { tokens: 1, roles: ['TokenVerifier'] } }
  const ramp = await makeDatabase(folder, url, seeds)
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
  )
  console.log(`${rounds} rounds of ${seconds} s, ${IN_USE} keys, 64 at once: median (min – max)`)
  show('Verification in process, a second', await inProcess(ramp))
  show('A guarded route over HTTP, requests a second', await guarded(ramp))
  show('Introspection over HTTP, requests a second', await introspected(ramp))
} finally {
  rmSync(folder, { recursive: true })
}

async function inProcess({ tokens }: BenchDatabase): Promise<Line[]> {
  const args = [folder, join(folder, 'ramp.db'), tokens['one'] as string, String(rounds), String(seconds * 1000)]
  const measured = await measure<Measured>('peers/in-process.ts', ...args)
  return Object.entries(measured).map(([contestant, { perSecond, writesEach }]) => ({
    contestant: contestant as Line['contestant'],
    perSecond,
    writes: writesEach.toPrecision(2),
  }))
}

/** And the open route of both servers, with the same payload: how much of a request is the server's own. */
async function guarded({ url, tokens }: BenchDatabase): Promise<Line[]> {
  const servers: BenchServer[] = [await startServer(url, 'ramp')]
  const route = (name: string, tokensFile: string) => ({ url: `${servers.at(-1)?.origin}/bench/${name}`, tokensFile })
  const scenarios: Record<string, Scenario> = {
    ramp: route('guarded', tokens['one'] as string),
    rampOpen: route('open', tokens['one'] as string),
  }
  for (const setting of Object.keys(SETTINGS)) {
    const keysFile = join(folder, `${setting}.txt`)
    const args = [join(folder, `${setting}.db`), setting, keysFile, String(IN_USE)]
    servers.push(await startScript('peers/server.ts', args))
    scenarios[setting] = route('guarded', keysFile)
    scenarios['peerOpen'] = route('open', keysFile)
  }
  return underLoad(servers, scenarios)
}

async function introspected({ url, tokens }: BenchDatabase): Promise<Line[]> {
  const files = { oidcSqlite: join(folder, 'oidc.db'), oidcMemory: 'memory' }
  const caller = readFileSync(tokens['caller'] as string, 'utf8').trim()
  const servers: BenchServer[] = [await startServer(url, 'ramp')]
  const scenarios: Record<string, Scenario> = {
    rampIntrospection: {
      url: `${servers[0]?.origin}/oauth2/introspect`,
      tokensFile: tokens['one'] as string,
      introspectedBy: `Bearer ${caller}`,
    },
  }
  for (const [name, file] of Object.entries(files)) {
    const tokensFile = join(folder, `${name}.txt`)
    const server = await startScript('peers/oidc-provider.ts', [file, tokensFile, String(IN_USE)])
    servers.push(server)
    const introspectedBy = `Basic ${btoa('resource-server:resource-server')}`
    scenarios[name] = { url: `${server.origin}/token/introspection`, tokensFile, introspectedBy }
  }
  const watched = new DatabaseSync(files.oidcSqlite, { readOnly: true })
  // It changes with each commit of anybody else.
  const version = () => watched.prepare('PRAGMA data_version').get()?.['data_version']
  const before = version()
  const lines = await underLoad(servers, scenarios)
  const writes = version() === before ? 'none' : 'some'
  watched.close()
  return lines.map((line) => (line.contestant === 'oidcSqlite' ? { ...line, writes } : line))
}

async function underLoad(servers: readonly BenchServer[], scenarios: Record<string, Scenario>): Promise<Line[]> {
  const load = startLoad()
  const measured: Record<string, number[]> = {}
  for (let round = -1; round < rounds; round++) {
    const result = await load.run({ scenarios, turns: TURNS, until: { seconds: seconds / TURNS } })
    // The first round warms up: caches, and the compiler.
    if (round < 0) continue
    for (const [name, perSecond] of Object.entries(result)) {
      measured[name] ??= []
      measured[name].push(perSecond)
    }
  }
  await Promise.all([load, ...servers].map((each) => each.stop()))
  return Object.entries(measured).map(([name, perSecond]) => ({
    contestant: name as Line['contestant'],
    perSecond,
    writes: NOTES_NO_USE.has(name) ? 'none' : 'as in process',
  }))
}

/** The first line is RAMP's, and the ratios are taken round by round. */
function show(title: string, lines: readonly Line[]): void {
  const number = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2))
  console.log(`\n## ${title}\n`)
  console.log(
    '| | a second | RAMP / it | writes each | revoked | permissions | last used |\n|---|---|---|---|---|---|---|',
  )
  for (const { contestant, perSecond, writes } of lines) {
    const [value, ratio] = [spread(perSecond), ratios(lines[0]?.perSecond ?? [], perSecond)]
    const [name, ...does] = TRAITS[contestant]
    const cells = [
      name,
      `${number(value.median)} (${number(value.min)} – ${number(value.max)})`,
      `${number(ratio.median)} (${number(ratio.min)} – ${number(ratio.max)})`,
      writes,
      ...does,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
