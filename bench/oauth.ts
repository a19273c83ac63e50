import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { measureBehindNginx } from './behind-nginx.ts'
import { type BenchServer, startLoad, startServer } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, ratios } from './statistics.ts'

const ROUNDS = 7
const TURNS = 20
const TURN_SECONDS = 0.15
const IN_USE = 1000

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
    return [
      ...(await overHttp(server, tokensFile, caller, rounds)),
      ...(await measureBehindNginx(server, tokensFile, rounds)),
    ]
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
