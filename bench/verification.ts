import { join } from 'node:path'
import { type BenchDatabase, IN_USE, makeDatabase, ONE_ROLE } from './database.ts'
import { measure, startLoad, startServer, timeToFirstAnswer } from './processes.ts'
import { type Row, ratios, spread } from './statistics.ts'

const ROUNDS = 7
const MANY = 1_000_000

interface InProcess {
  readonly warm: number[]
  readonly cold: number[]
  readonly bare: number[]
}

/** Verification without HTTP, with a thousand tokens stored and with a million; what a million in use take; and the start. */
export async function measureVerification(folder: string): Promise<Row[]> {
  const small = await makeDatabase(folder, `sqlite:${join(folder, 'small.db')}`, { one: ONE_ROLE })
  const large = await makeDatabase(folder, `sqlite:${join(folder, 'large.db')}`, {
    one: ONE_ROLE,
    rest: { ...ONE_ROLE, tokens: MANY - IN_USE },
  })
  const rows = await inProcess(small, large)
  rows.push(await memoryAfterMany(large))
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await timeToFirstAnswer(small.url))
  rows.push({ what: 'server start to first answer, ms', value: spread(times), bound: { atMost: 1500 } })
  return rows
}

async function inProcess(small: BenchDatabase, large: BenchDatabase): Promise<Row[]> {
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
  return [
    { what: 'in process: warm verifications/s', value: spread(all.warm), bound: { atLeast: 400_000 } },
    { what: 'in process: warm / bare SHA-256', value: ratios(all.warm, all.bare), bound: { atLeast: 0.2 } },
    { what: 'in process: cold verifications/s', value: spread(all.cold), bound: { atLeast: 40_000 } },
    { what: 'time of one with 1,000,000 stored / 1,000', value: ratios(few, many), bound: { atMost: 1.3 } },
  ]
}

/** What the server holds after a million different tokens were used: its caches are full, and usage was written. */
async function memoryAfterMany({ url, tokens }: BenchDatabase): Promise<Row> {
  const server = await startServer(url, 'ramp', { isPinned: false })
  const load = startLoad()
  await load.run({
    scenarios: { rest: { url: `${server.origin}/bench/guarded`, tokensFile: tokens['rest'] as string } },
    turns: 1,
    until: { requests: MANY },
  })
  const value = spread([await server.residentMiB()])
  await Promise.all([server.stop(), load.stop()])
  return { what: 'resident memory with 1,000,000 in use, MiB', value, bound: { atMost: 300 } }
}
