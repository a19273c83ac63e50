import { join } from 'node:path'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { makeDatabase, ONE_ROLE } from './database.ts'
import { measureHttpOnPostgres } from './http.ts'
import { measure } from './processes.ts'
import { measureSettlement } from './settlement.ts'
import { type Row, ratios } from './statistics.ts'

const ROUNDS = 7

/** Verification under leases against verification that looks at a file, and what changes wait for. */
export async function measurePostgres(folder: string): Promise<Row[]> {
  const postgres = await startPostgres()
  const database = async (name: string) => {
    await postgres.createDatabase(name)
    return `${postgres.url}/${name}`
  }
  try {
    const rows = [await warmAgainstSqlite(folder, await database('warm'))]
    rows.push(...(await measureHttpOnPostgres(folder, await database('http'))))
    rows.push(...(await measureSettlement(folder, await database('settlement'))))
    return rows
  } finally {
    await postgres.stop()
  }
}

async function warmAgainstSqlite(folder: string, url: string): Promise<Row> {
  const sqlite = await makeDatabase(folder, `sqlite:${join(folder, 'warm.db')}`, { one: ONE_ROLE })
  const postgres = await makeDatabase(folder, url, { one: ONE_ROLE })
  const sides = [postgres, sqlite].flatMap((side) => [side.url, side.tokens['one'] as string])
  const [over, under] = await measure<[number[], number[]]>('warm-in-process.ts', ...sides, String(ROUNDS))
  return { what: 'PostgreSQL / SQLite, warm', value: ratios(over, under), bound: { atLeast: 0.95 } }
}
