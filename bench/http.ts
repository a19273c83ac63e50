import { join } from 'node:path'
import { IN_USE, makeDatabase, ONE_ROLE } from './database.ts'
import type { Scenario } from './load.ts'
import { type BenchServer, startLoad, startServer } from './processes.ts'
import { ALL_ROLES } from './seed.ts'
import { type Row, ratios, spread } from './statistics.ts'

const ROUNDS = 7
/** Many short turns in each round, since the speed of a shared machine moves within a second. */
const TURNS = 20
const TURN_SECONDS = 0.15

/** Routes of one server against each other, and against `node:http` with nothing around it. */
export async function measureHttp(folder: string): Promise<Row[]> {
  // Each scenario has tokens of its own: what two of them use would be in the processor's caches twice as often.
  const seeds = { one: ONE_ROLE, another: ONE_ROLE, all: { tokens: IN_USE, roles: ALL_ROLES } }
  const { url, tokens } = await makeDatabase(folder, `sqlite:${join(folder, 'http.db')}`, seeds)
  const [ramp, bare] = await Promise.all([startServer(url, 'ramp'), startServer(url, 'bare')])
  const tokensFile = tokens['one'] as string
  const measured = await takeTurns({
    bare: { url: bare.origin, tokensFile },
    ...openAndGuarded(ramp, tokensFile),
    unnoted: { ...guarded(ramp, tokens['another'] as string), before: `${ramp.origin}/bench/note-nothing` },
    allRoles: guarded(ramp, tokens['all'] as string),
  })
  await Promise.all([ramp.stop(), bare.stop()])
  return [
    {
      what: 'HTTP: authenticated / open route',
      value: ratios(measured.guarded, measured.open),
      bound: { atLeast: 0.95 },
    },
    { what: 'HTTP: authenticated / bare node:http', value: ratios(measured.guarded, measured.bare) },
    {
      what: 'HTTP: usage noted / not noted',
      value: ratios(measured.guarded, measured.unnoted),
      bound: { atLeast: 0.98 },
    },
    {
      what: 'HTTP: all roles / one role',
      value: ratios(measured.allRoles, measured.guarded),
      bound: { atLeast: 0.98 },
    },
    { what: 'HTTP: authenticated, requests/s', value: spread(measured.guarded) },
    { what: 'HTTP: open, requests/s', value: spread(measured.open) },
  ]
}

/** The same on PostgreSQL, where the lease is a comparison of numbers. */
export async function measureHttpOnPostgres(folder: string, url: string): Promise<Row[]> {
  const { tokens } = await makeDatabase(folder, url, { one: ONE_ROLE })
  const ramp = await startServer(url, 'ramp')
  const measured = await takeTurns(openAndGuarded(ramp, tokens['one'] as string))
  await ramp.stop()
  const value = ratios(measured.guarded, measured.open)
  return [{ what: 'PostgreSQL, HTTP: authenticated / open route', value, bound: { atLeast: 0.95 } }]
}

function guarded({ origin }: BenchServer, tokensFile: string): Scenario {
  return { url: `${origin}/bench/guarded`, tokensFile, before: `${origin}/bench/note` }
}

function openAndGuarded(server: BenchServer, tokensFile: string) {
  return { open: { url: `${server.origin}/bench/open`, tokensFile }, guarded: guarded(server, tokensFile) }
}

/** Requests a second of each, round by round. */
async function takeTurns<Name extends string>(scenarios: Record<Name, Scenario>): Promise<Record<Name, number[]>> {
  const load = startLoad()
  const names = Object.keys(scenarios) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -1; round < ROUNDS; round++) {
    const perSecond = await load.run({ scenarios, turns: TURNS, until: { seconds: TURN_SECONDS } })
    // The first round warms up: caches, and the compiler.
    if (round >= 0) for (const name of names) measured[name].push(perSecond[name] as number)
  }
  await load.stop()
  return measured
}
