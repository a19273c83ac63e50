import { execFile } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { IN_USE, makeDatabase, ONE_ROLE } from './database.ts'
import { measureLists } from './lists.ts'
import { measure } from './processes.ts'
import { type Database, onEach } from './scale-databases.ts'
import { seed } from './seed.ts'
import { type Row, ratios, spread } from './statistics.ts'

const isQuick = process.env['RAMP_BENCH_QUICK'] !== undefined
const STORED = isQuick ? 20_000 : 10_000_000
const ROUNDS = isQuick ? 2 : 7
const run = promisify(execFile)
const alone = (value: number) => spread([value])

/** Ten million tokens stored: what verification, lists, a backup and a migration take. */
export const measureStored = (folder: string): Promise<Row[]> =>
  onEach(folder, async (database, url, engine) => {
    const lists = await measureLists(url, () => {}, STORED)
    const tokens = join(folder, `${crypto.randomUUID()}.txt`)
    writeFileSync(tokens, (await seed(database, { ...ONE_ROLE, tokens: IN_USE })).join('\n'))
    const small = await makeDatabase(folder, `sqlite:${join(folder, `${crypto.randomUUID()}.db`)}`, { one: ONE_ROLE })
    const sides = [url, tokens, small.url, small.tokens['one'] as string]
    const [many, few] = await measure<[number[], number[]]>('warm-in-process.ts', ...sides, String(ROUNDS))
    const what = `${engine}: ${STORED.toLocaleString('en')} stored`
    const slowest = Math.max(...Object.values(lists))
    return [
      { what: `${what}, time of one / 1,000 stored`, value: ratios(few, many), bound: { atMost: 1.3 } },
      { what: '… slowest list, ms', value: alone(slowest), bound: { atMost: 50 } },
      { what: '… size, GiB', value: alone((await bytesOf(database, url)) / 2 ** 30) },
      {
        what: '… backup, s',
        value: alone(await secondsOf(url, 'backup', join(folder, `${crypto.randomUUID()}.backup`))),
      },
      { what: '… migrate with nothing to do, s', value: alone(await secondsOf(url, 'migrate')) },
    ]
  })

async function bytesOf(database: Database, url: string): Promise<number> {
  if (database.engine === 'sqlite') return statSync(url.slice('sqlite:'.length)).size
  const { rows } = await sql<{ bytes: number }>`SELECT pg_database_size(current_database()) AS bytes`.execute(
    database.read,
  )
  return Number(rows[0]?.bytes)
}

async function secondsOf(url: string, ...args: readonly string[]): Promise<number> {
  const program = fileURLToPath(new URL('../packages/server/bin/ramp-server.js', import.meta.url))
  const began = performance.now()
  await run(process.execPath, [program, ...args], { env: { ...process.env, RAMP_DATABASE_URL: url } })
  return (performance.now() - began) / 1000
}
