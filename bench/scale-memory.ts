import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Row, spread } from './statistics.ts'

const run = promisify(execFile)
const isQuick = process.env['RAMP_BENCH_QUICK'] !== undefined
const ACCOUNTS = isQuick ? [10_000] : [10_000, 100_000, 1_000_000]
const TOKENS_OF_EACH = 2
const GROUPS_OF_EACH = 1
const MIB = 2 ** 20

interface Used {
  readonly resident: number
  readonly live: number
  readonly estimated: number
}

/** What the cache takes with so many accounts in use, and how far the estimate is from it. */
export async function measureMemory(): Promise<Row[]> {
  const rows: Row[] = []
  for (const accounts of ACCOUNTS) {
    const script = fileURLToPath(new URL('scale-memory-in-process.ts', import.meta.url))
    const numbers = [accounts, TOKENS_OF_EACH, GROUPS_OF_EACH].map(String)
    const { stdout } = await run(process.execPath, ['--expose-gc', '--max-old-space-size=16000', script, ...numbers])
    const { resident, live, estimated } = JSON.parse(stdout) as Used
    const what = `${accounts.toLocaleString('en')} accounts, ${TOKENS_OF_EACH} tokens each`
    rows.push({ what: `${what}: cache, MiB`, value: spread([live / MIB]) })
    rows.push({ what: '… resident memory of the process, MiB', value: spread([resident / MIB]) })
    rows.push({ what: '… estimated / measured', value: spread([estimated / live]), bound: { atMost: 1.3 } })
  }
  return rows
}
