import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { measureAdapters } from './adapters.ts'
import { measureBulkRevocation } from './bulk-revoke.ts'
import { measureCommandLine } from './cli.ts'
import { measureGroups } from './groups.ts'
import { measureLists } from './lists.ts'
import { measure, startLoad, startServer, timeToFirstAnswer } from './processes.ts'
import { ALL_ROLES, type Seed, seed } from './seed.ts'
import { type Row, ratios, type Spread, spread } from './statistics.ts'
import { measureWorkers } from './workers.ts'

/**
 * `npm run bench`: measures what RAMP promises of its speed, prints a table, and writes `bench/results/bench.json`. Ratios are
 * taken round by round between things measured next to each other; everything else is the machine's mood.
 */
const ROUNDS = 7
/** HTTP: many short turns in each round, since the speed of a shared machine moves within a second. */
const HTTP_TURNS = 20
const HTTP_TURN_SECONDS = 0.15
const IN_USE = 1000
const MANY = 1_000_000

const folder = mkdtempSync(join(tmpdir(), 'ramp-bench-'))
const ONE_ROLE: Seed = { tokens: IN_USE, roles: ['GlobalTemplateViewer'] }

const rows: Row[] = []

try {
  const small = await makeDatabase('small', { one: ONE_ROLE, all: { tokens: IN_USE, roles: ALL_ROLES } })
  await overHttp(small)
  rows.push(...(await measureWorkers(folder)))
  rows.push(...(await measureGroups(folder)))
  rows.push(...(await measureAdapters(folder)))
  rows.push(...(await measureBulkRevocation(folder)))
  const large = await makeDatabase('large', { one: ONE_ROLE, rest: { ...ONE_ROLE, tokens: MANY - IN_USE } })
  await inProcess(small, large)
  await memoryAfterMany(large)
  await lists()
  rows.push(...(await measureCommandLine(folder)))
  rows.push({ what: 'server start to first answer, ms', value: await startTimes(small.url), bound: { atMost: 1500 } })
} finally {
  rmSync(folder, { recursive: true })
}
report()

async function overHttp({ url, tokens }: BenchDatabase): Promise<void> {
  const [ramp, bare] = await Promise.all([startServer(url, 'ramp'), startServer(url, 'bare')])
  const load = startLoad()
  const tokensFile = tokens['one'] as string
  const [guardedUrl, note] = [`${ramp.origin}/bench/guarded`, `${ramp.origin}/bench/note`]
  const scenarios = {
    bare: { url: bare.origin, tokensFile },
    open: { url: `${ramp.origin}/bench/open`, tokensFile },
    guarded: { url: guardedUrl, tokensFile, before: note },
    unnoted: { url: guardedUrl, tokensFile, before: `${ramp.origin}/bench/note-nothing` },
    allRoles: { url: guardedUrl, tokensFile: tokens['all'] as string, before: note },
  }
  const measured: Record<keyof typeof scenarios, number[]> = {
    bare: [],
    open: [],
    guarded: [],
    unnoted: [],
    allRoles: [],
  }
  for (let round = -1; round < ROUNDS; round++) {
    const perSecond = await load.run({ scenarios, turns: HTTP_TURNS, until: { seconds: HTTP_TURN_SECONDS } })
    // The first round warms up: caches, and the compiler.
    if (round < 0) continue
    for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[])
      measured[name].push(perSecond[name] as number)
  }
  await Promise.all([ramp.stop(), bare.stop(), load.stop()])
  const { open, guarded, allRoles } = measured
  rows.push(
    { what: 'HTTP: authenticated / open route', value: ratios(guarded, open), bound: { atLeast: 0.95 } },
    { what: 'HTTP: authenticated / bare node:http', value: ratios(guarded, measured.bare) },
    { what: 'HTTP: usage noted / not noted', value: ratios(guarded, measured.unnoted), bound: { atLeast: 0.98 } },
    { what: 'HTTP: all roles / one role', value: ratios(allRoles, guarded), bound: { atLeast: 0.98 } },
    { what: 'HTTP: authenticated, requests/s', value: spread(guarded) },
    { what: 'HTTP: open, requests/s', value: spread(open) },
  )
}

interface InProcess {
  readonly warm: number[]
  readonly cold: number[]
  readonly bare: number[]
}

/** Verification without HTTP: with a thousand tokens stored, then with a million of which a thousand are in use. */
async function inProcess(small: BenchDatabase, large: BenchDatabase): Promise<void> {
  const few: number[] = []
  const many: number[] = []
  const all: InProcess = { warm: [], cold: [], bare: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const withFew = await measure<InProcess>('in-process.ts', small.url, small.tokens['one'] as string, '1')
    const withMany = await measure<InProcess>('in-process.ts', large.url, large.tokens['one'] as string, '1')
    few.push(...withFew.warm)
    many.push(...withMany.warm)
    all.warm.push(...withFew.warm)
    all.cold.push(...withFew.cold)
    all.bare.push(...withFew.bare)
  }
  rows.push(
    { what: 'in process: warm verifications/s', value: spread(all.warm), bound: { atLeast: 400_000 } },
    { what: 'in process: warm / bare SHA-256', value: ratios(all.warm, all.bare), bound: { atLeast: 0.2 } },
    { what: 'in process: cold verifications/s', value: spread(all.cold), bound: { atLeast: 40_000 } },
    { what: 'time of one with 1,000,000 stored / 1,000', value: ratios(few, many), bound: { atMost: 1.3 } },
  )
}

/** What the server holds after a million different tokens were used: its caches are full, and usage was written. */
async function memoryAfterMany({ url, tokens }: BenchDatabase): Promise<void> {
  const server = await startServer(url, 'ramp', { isPinned: false })
  const load = startLoad()
  await load.run({
    scenarios: { rest: { url: `${server.origin}/bench/guarded`, tokensFile: tokens['rest'] as string } },
    turns: 1,
    until: { requests: MANY },
  })
  const residentMiB = await server.residentMiB()
  await Promise.all([server.stop(), load.stop()])
  rows.push({
    what: 'resident memory with 1,000,000 in use, MiB',
    value: spread([residentMiB]),
    bound: { atMost: 300 },
  })
}

/** Inventory and member lists at 1,000,000 tokens and 100,000 members. */
async function lists(): Promise<void> {
  const postgres = await startPostgres()
  await postgres.createDatabase('lists')
  const engines = { SQLite: `sqlite:${join(folder, 'lists.db')}`, PostgreSQL: `${postgres.url}/lists` }
  for (const [engine, url] of Object.entries(engines)) {
    const { tokens, members } = await measureLists(url)
    rows.push(
      { what: `${engine}: slowest inventory list, ms`, value: spread([tokens]), bound: { atMost: 50 } },
      { what: `${engine}: slowest member list, ms`, value: spread([members]), bound: { atMost: 50 } },
    )
  }
  await postgres.stop()
}

async function startTimes(databaseUrl: string): Promise<Spread> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await timeToFirstAnswer(databaseUrl))
  return spread(times)
}

interface BenchDatabase {
  readonly url: string
  /** Files with one token a line, by the name of the seed. */
  readonly tokens: Readonly<Record<string, string>>
}

async function makeDatabase(name: string, seeds: Readonly<Record<string, Seed>>): Promise<BenchDatabase> {
  const url = `sqlite:${join(folder, `${name}.db`)}`
  const database = openDatabase(url)
  await database.migrate()
  const tokens: Record<string, string> = {}
  for (const [group, wanted] of Object.entries(seeds)) {
    const file = join(folder, `${name}-${group}.txt`)
    writeFileSync(file, (await seed(database, wanted)).join('\n'))
    tokens[group] = file
  }
  await database.close()
  return { url, tokens }
}

function report(): void {
  const results = {
    at: new Date().toISOString(),
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    rounds: ROUNDS,
    rows: rows.map((row) => ({ ...row, holds: holds(row) })),
  }
  mkdirSync(new URL('results/', import.meta.url), { recursive: true })
  writeFileSync(new URL('results/bench.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\n${results.machine}, Node ${results.node}, ${ROUNDS} rounds: median (min – max)\n`)
  for (const row of rows) {
    const { median, min, max } = row.value
    const verdict = row.bound === undefined ? '' : holds(row) ? 'holds' : 'FALLS SHORT'
    const bound =
      row.bound === undefined ? '' : 'atLeast' in row.bound ? `≥ ${row.bound.atLeast}` : `≤ ${row.bound.atMost}`
    console.log(
      `${row.what.padEnd(46)}${show(median).padStart(9)}  (${show(min)} – ${show(max)})`.padEnd(82),
      bound.padEnd(10),
      verdict,
    )
  }
  if (!results.rows.every((row) => row.holds)) process.exitCode = 1
}

function holds({ value, bound }: Row): boolean {
  if (bound === undefined) return true
  return 'atLeast' in bound ? value.median >= bound.atLeast : value.median <= bound.atMost
}

function show(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(3)
}
