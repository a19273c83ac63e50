import { join } from 'node:path'
import { startPostgres } from '../packages/server/test/support/postgres-server.ts'
import { measureLists } from './lists.ts'
import { type Row, spread } from './statistics.ts'

/** The lists at 1,000,000 tokens, 100,000 members and 1,000,000 audit events, on both engines. */
export async function measureListsOnBoth(folder: string): Promise<Row[]> {
  const postgres = await startPostgres()
  const rows: Row[] = []
  try {
    await postgres.createDatabase('lists')
    const engines = { SQLite: `sqlite:${join(folder, 'lists.db')}`, PostgreSQL: `${postgres.url}/lists` }
    for (const [engine, url] of Object.entries(engines)) {
      for (const [list, value] of Object.entries(await measureLists(url))) {
        rows.push({ what: `${engine}: slowest list of ${list}, ms`, value: spread([value]), bound: { atMost: 50 } })
      }
    }
  } finally {
    await postgres.stop()
  }
  return rows
}
