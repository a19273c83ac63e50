import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../packages/server/src/storage/open-database.ts'
import { measure, startServer } from './processes.ts'
import { seed } from './seed.ts'
import { type Row, spread } from './statistics.ts'

const ROUNDS = 7
const IN_USE = 1000

/** Microseconds of processor time a request, verification included, round by round. */
type Measured = Readonly<Record<'verify' | 'express' | 'fastify' | 'hono' | 'node' | 'web', number[]>>

/** What `requireToken` of @ramp/verifier adds to a request, in a service that has its tokens in memory. */
export async function measureAdapters(folder: string): Promise<Row[]> {
  const url = `sqlite:${join(folder, 'adapters.db')}`
  const database = openDatabase(url)
  await database.migrate()
  const tokens = await seed(database, { tokens: IN_USE, roles: ['GlobalTemplateViewer'] })
  const [verifierToken = ''] = await seed(database, { tokens: 1, roles: ['TokenVerifier'] })
  await database.close()
  const file = join(folder, 'adapters.txt')
  writeFileSync(file, [verifierToken, ...tokens].join('\n'))
  const ramp = await startServer(url, 'ramp', { isPinned: false })
  const measured = await measure<Measured>('adapters-in-process.ts', ramp.origin, file, String(ROUNDS))
  await ramp.stop()
  return Object.entries(measured).map(([name, microseconds]) => ({
    what: name === 'verify' ? 'a service: verify() alone, µs' : `a service: ${name}, adapter and verify(), µs`,
    value: spread(microseconds),
    // 500,000 a second, and what a framework's requests may take in addition.
    bound: { atMost: name === 'verify' ? 2 : 5 },
  }))
}
