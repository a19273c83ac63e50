import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startServer } from './processes.ts'
import { type Database, onEach } from './scale-databases.ts'
import { seed } from './seed.ts'
import { quantile, type Row, ratios, spread } from './statistics.ts'

const isQuick = process.env['RAMP_BENCH_QUICK'] !== undefined
const VERIFIERS = isQuick ? 50 : 200
const ROUNDS = isQuick ? 2 : 7
const REVOCATIONS = isQuick ? 10 : 40

/** A revocation over HTTP, from request to answer, with verifiers in services that all have to apply it and without. */
export const measureManyVerifiers = (folder: string): Promise<Row[]> =>
  onEach(folder, async (database, url, engine) => {
    const holder = await tokenOf(database, 'TokenVerifier')
    const server = await startServer(url, 'ramp')
    const medians = { without: [] as number[], with: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      medians.without.push(await medianOfRevocations(database, server.origin))
      const services = fork(fileURLToPath(new URL('scale-services.ts', import.meta.url)), [
        server.origin,
        holder,
        String(VERIFIERS),
      ])
      await once(services, 'message')
      medians.with.push(await medianOfRevocations(database, server.origin))
      services.send('stop')
      await once(services, 'exit')
    }
    await server.stop()
    const value = ratios(medians.with, medians.without)
    return [
      { what: `${engine}: a revocation, ms, median`, value: spread(medians.without) },
      { what: `… with ${VERIFIERS} verifiers`, value: spread(medians.with) },
      { what: `… with ${VERIFIERS} verifiers / without`, value, bound: { atMost: 3 } },
    ]
  })

async function tokenOf(database: Database, role: string): Promise<string> {
  return (await seed(database, { tokens: 1, roles: [role], tokensPerAccount: 1 }))[0] as string
}

/** Each token revokes itself. */
async function medianOfRevocations(database: Database, origin: string): Promise<number> {
  const tokens = await seed(database, { tokens: REVOCATIONS, roles: [], tokensPerAccount: 1 })
  const times: number[] = []
  for (const token of tokens) {
    const began = performance.now()
    const { status } = await fetch(`${origin}/api/v1/tokens/current`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    })
    if (status !== 204) throw new Error(`a revocation was answered ${status}`)
    times.push(performance.now() - began)
  }
  return quantile(times, 0.5)
}
